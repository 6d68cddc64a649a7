#include "worker/zmq_frames.h"

#include <zmq.h>

void frames_drop(void *socket)
{
    int more = 0;
    size_t size = sizeof(more);
    zmq_msg_t rest;

    zmq_getsockopt(socket, ZMQ_RCVMORE, &more, &size);
    while (more) {
        zmq_msg_init(&rest);
        zmq_msg_recv(&rest, socket, ZMQ_DONTWAIT);
        more = zmq_msg_more(&rest);
        zmq_msg_close(&rest);
    }
}

/*
 * zmq_frames.h - messages of several frames
 */
#ifndef WORKER_ZMQ_FRAMES_H
#define WORKER_ZMQ_FRAMES_H

/* Read and drop what is left of a message with more frames than ours have. */
void frames_drop(void *socket);

#endif

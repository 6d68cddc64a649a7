/*
 * frames.h - messages of several frames
 */
#ifndef RUN_FRAMES_H
#define RUN_FRAMES_H

/* Read and drop what is left of a message with more frames than ours have. */
void frames_drop(void *socket);

#endif

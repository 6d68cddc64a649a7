/*
 * progress.h - how far long work is, said to whoever waits
 *
 * On a terminal one line is written anew, at most four times a second (log.h).
 * Elsewhere, as in a file, a line is written when an epoch has ended, and
 * whenever PROGRESS_SECONDS have passed without one.
 */
#ifndef BASE_PROGRESS_H
#define BASE_PROGRESS_H

enum { PROGRESS_SECONDS = 30, PROGRESS_NOTE = 204, PROGRESS_TEXT = 512 };

struct progress {
    const char *what;   /* borrowed: "augment", said first */
    double begun;       /* clock_now() */
    double first;       /* units that were done when the first were heard of, as
                         of a training that goes on, */
    double since;       /* and when that was */
    double heard;       /* clock_now() when it changed what is done, */
    double now;         /* and of what follows */
    double done, total; /* units; total 0: not heard of yet */
    char note[PROGRESS_NOTE]; /* what else is to say */
    double said;              /* clock_now() of the last line */
    double said_done;         /* units that it told */
};

/* Work begins. */
void progress_begin(struct progress *p, const char *what);

/*
 * Take what is known, and say it where there is no terminal, if it is time.
 *   total [in] 0: nothing is known yet
 *   note  [in] "" or more; "epoch N/M" in it says which epoch this is
 */
void progress_take(struct progress *p, double done, double total,
                   const char *note);

/* On a terminal, write the line anew, if it is time.
 *   others [in] "" or what stands before the note, as ", and 2 other steps" */
void progress_show(struct progress *p, const char *others);

/* Both, and when all is done a last line that stays. */
void progress_report(struct progress *p, double done, double total,
                     const char *note);

/* The work has ended: without a terminal, say the last epoch. */
void progress_end(struct progress *p);

/* "augment 12/40 (30%), 4.0/s, 7 s left, NOTE"; without rate and time left as
 * long as they cannot be told. */
void progress_text(const struct progress *p, const char *others,
                   char text[PROGRESS_TEXT]);

#endif

/* version.h - the one place that says which Papline this is */
#ifndef BASE_VERSION_H
#define BASE_VERSION_H

#define PAPLINE_VERSION "0.1.0"

#endif

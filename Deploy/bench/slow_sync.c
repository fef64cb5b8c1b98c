/*
 * For measurements only: preloaded into a server (LD_PRELOAD), makes each fsync and fdatasync take 2 ms longer, as on a
 * disk that has no fast cache. With it one sees whether writes share syncs.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <time.h>

static int slowly(const char *name, int descriptor) {
    int (*sync)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
    struct timespec two_milliseconds = {0, 2000000};
    nanosleep(&two_milliseconds, 0);
    return sync(descriptor);
}

int fsync(int descriptor) { return slowly("fsync", descriptor); }

int fdatasync(int descriptor) { return slowly("fdatasync", descriptor); }

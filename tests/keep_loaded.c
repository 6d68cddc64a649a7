/*
 * keep_loaded.c - part of every program that is built with MODE=asan
 *
 * Open MPI unloads its modules before the program ends.  Of memory that they
 * have not freed a leak report could then no longer name the module, which
 * tests/lsan.supp goes by.
 */
int dlclose(void *module);

int dlclose(void *module)
{
    (void)module;
    return 0;
}

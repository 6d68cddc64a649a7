#define _DEFAULT_SOURCE /* IFF_UP */
#include "base/host_address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static struct in_addr ipv4_of(const struct sockaddr *a)
{
    struct sockaddr_in in;

    memcpy(&in, a, sizeof(in));
    return in.sin_addr;
}

/* Can other hosts know it by this address? */
static bool is_outward(const struct ifaddrs *i)
{
    return i->ifa_addr && i->ifa_addr->sa_family == AF_INET &&
           (i->ifa_flags & IFF_UP) && !(i->ifa_flags & IFF_LOOPBACK);
}

static bool has_address(const struct ifaddrs *all, struct in_addr a)
{
    for (; all; all = all->ifa_next)
        if (is_outward(all) && ipv4_of(all->ifa_addr).s_addr == a.s_addr)
            return true;
    return false;
}

/* What the host's name stands for, if it is an address of its own. */
static bool by_name(const struct ifaddrs *all, struct in_addr *found)
{
    const struct addrinfo hints = {.ai_family = AF_INET,
                                   .ai_socktype = SOCK_STREAM};
    struct addrinfo *list = NULL;
    char name[256] = "";
    bool good = false;

    if (gethostname(name, sizeof(name) - 1) < 0 ||
        getaddrinfo(name, NULL, &hints, &list) != 0)
        return false;
    for (const struct addrinfo *a = list; a && !good; a = a->ai_next) {
        *found = ipv4_of(a->ai_addr);
        good = has_address(all, *found);
    }
    freeaddrinfo(list);
    return good;
}

int host_address(char address[HOST_ADDRESS], struct err *err)
{
    struct ifaddrs *all = NULL;
    struct in_addr found = {.s_addr = htonl(INADDR_LOOPBACK)};

    if (getifaddrs(&all) < 0)
        return err_set(err, ERR_SYSTEM, "cannot list network interfaces: %s",
                       strerror(errno));
    if (!by_name(all, &found)) {
        const struct ifaddrs *i = all;

        while (i && !is_outward(i))
            i = i->ifa_next;
        found.s_addr = i ? ipv4_of(i->ifa_addr).s_addr : htonl(INADDR_LOOPBACK);
    }
    freeifaddrs(all);
    inet_ntop(AF_INET, &found, address, HOST_ADDRESS);
    return 0;
}

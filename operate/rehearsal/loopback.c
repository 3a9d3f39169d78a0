/* vpcd binds its ports at every address of the machine: preloaded into pcscd, this keeps them on loopback. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <netinet/in.h>
#include <sys/socket.h>

int bind(int socket, const struct sockaddr *address, socklen_t length)
{
    int (*bind_as_ever)(int, const struct sockaddr *, socklen_t) = dlsym(RTLD_NEXT, "bind");

    if (address->sa_family == AF_INET && length == sizeof(struct sockaddr_in)) {
        struct sockaddr_in here = *(const struct sockaddr_in *)address;
        here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        return bind_as_ever(socket, (const struct sockaddr *)&here, length);
    }
    return bind_as_ever(socket, address, length);
}

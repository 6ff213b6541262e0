/*
 * forkpty(3) for a server that holds many terminals: the child gets its own terminal and nothing else. The C library's
 * version leaves the master open across exec, so every later session (and every other child of the worker) would hold
 * the terminals of all earlier ones, read what they print and type into them.
 * build-pty.ts compiles node-pty's source so that it calls this instead.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <termios.h>
#include <unistd.h>

#ifndef SYS_close_range
#define SYS_close_range 436
#endif

/* Closes everything above stderr; kernels before 5.9 have no close_range. */
static void close_inherited() {
  if (syscall(SYS_close_range, 3u, ~0u, 0u) == 0) return;
  struct rlimit limit;
  const int last = getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < 65536 ? (int)limit.rlim_cur : 65536;
  for (int fd = 3; fd < last; fd++) close(fd);
}

/* The slave of an unlocked master, or -1. */
static int open_slave(int master) {
  char path[64];
  if (grantpt(master) != 0 || unlockpt(master) != 0 || ptsname_r(master, path, sizeof path) != 0) return -1;
  return open(path, O_RDWR | O_NOCTTY | O_CLOEXEC);
}

extern "C" int closed_forkpty(int *master_out, char *, const struct termios *term, const struct winsize *size) {
  const int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
  if (master < 0) return -1;
  const int slave = open_slave(master);
  if (slave < 0) {
    close(master);
    return -1;
  }
  if (term) tcsetattr(slave, TCSANOW, term);
  if (size) ioctl(slave, TIOCSWINSZ, size);

  const pid_t pid = fork();
  if (pid == 0) {
    setsid();
    ioctl(slave, TIOCSCTTY, 0);
    for (int fd = 0; fd < 3; fd++) dup2(slave, fd);
    close_inherited();
    return 0;
  }
  close(slave);
  if (pid < 0) {
    close(master);
    return -1;
  }
  *master_out = master;
  return pid;
}

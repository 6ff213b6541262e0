/*
 * Starts a program on a new pseudo-terminal. posix_spawn shares the parent's memory until exec: fork would copy its
 * page tables and then fault on every page that it touches, which costs a server of 100 MB a millisecond and more.
 * The child gets its own terminal and nothing else.
 */
#include "terminal.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

/* A terminal as a login gives it: lines, echo, signals by key, UTF-8. */
static void set_usual_modes(int slave) {
  struct termios modes = {
      .c_iflag = ICRNL | IXON | IXANY | IMAXBEL | BRKINT | IUTF8,
      .c_oflag = OPOST | ONLCR,
      .c_cflag = CREAD | CS8 | HUPCL,
      .c_lflag = ICANON | ISIG | IEXTEN | ECHO | ECHOE | ECHOK | ECHOKE | ECHOCTL,
  };
  const cc_t keys[][2] = {
      {VEOF, 4},    {VEOL, 255},    {VEOL2, 255},  {VERASE, 127}, {VWERASE, 23}, {VKILL, 21},    {VREPRINT, 18}, {VINTR, 3},
      {VQUIT, 28},  {VSUSP, 26},    {VSTART, 17},  {VSTOP, 19},   {VLNEXT, 22},  {VDISCARD, 15}, {VMIN, 1},      {VTIME, 0},
  };
  for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) modes.c_cc[keys[i][0]] = keys[i][1];
  cfsetispeed(&modes, B38400);
  cfsetospeed(&modes, B38400);
  tcsetattr(slave, TCSANOW, &modes);
}

/* In the child: a session of its own, whose first terminal becomes the controlling one; no handler, no mask. */
static int spawn_on(const char *slave, const struct program *program, pid_t *pid) {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  sigset_t every, none;
  sigfillset(&every);
  sigemptyset(&none);
  int error = posix_spawnattr_init(&attributes);
  if (error) return error;
  error = posix_spawn_file_actions_init(&actions);
  if (error) {
    posix_spawnattr_destroy(&attributes);
    return error;
  }
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
  posix_spawnattr_setsigdefault(&attributes, &every);
  posix_spawnattr_setsigmask(&attributes, &none);
  error = posix_spawn_file_actions_addopen(&actions, 0, slave, O_RDWR, 0);
  if (!error) error = posix_spawn_file_actions_adddup2(&actions, 0, 1);
  if (!error) error = posix_spawn_file_actions_adddup2(&actions, 0, 2);
  if (!error) error = posix_spawn_file_actions_addclosefrom_np(&actions, 3);
  if (!error && *program->cwd) error = posix_spawn_file_actions_addchdir_np(&actions, program->cwd);
  if (!error) error = posix_spawn(pid, program->file, &actions, &attributes, program->args, program->env);
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  return error;
}

int start_program(const struct program *program, pid_t *pid, const char **step) {
  char path[64];
  *step = "no pseudo-terminal is to be had";
  const int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
  if (master < 0) return -1;
  int slave = -1;
  int error = 0;
  if (grantpt(master) || unlockpt(master) || fcntl(master, F_SETFL, O_NONBLOCK) ||
      ptsname_r(master, path, sizeof path) || (slave = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC)) < 0) {
    error = errno;
  } else {
    set_usual_modes(slave);
    resize_terminal(slave, program->cols, program->rows);
    *step = "the program cannot be run";
    error = spawn_on(path, program, pid);
  }
  /* Held until now: a terminal that nobody has open would be at its end. */
  if (slave >= 0) close(slave);
  if (!error) return master;
  close(master);
  errno = error;
  return -1;
}

void resize_terminal(int fd, int cols, int rows) {
  struct winsize size = {.ws_col = cols, .ws_row = rows};
  ioctl(fd, TIOCSWINSZ, &size);
}

int terminal_state(int fd) {
  struct termios modes;
  if (tcgetattr(fd, &modes)) return -1;
  return (modes.c_lflag & ECHO ? 1 : 0) | (modes.c_lflag & ICANON ? 2 : 0);
}

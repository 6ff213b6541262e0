/*
 * Tells what a batch holds: text and colours, drawing besides, or something that JavaScript has to look for. Most of a
 * build's log and of an agent's repaints needs no closer look, and each in JavaScript costs as much as reading it.
 */
#include "terminal.h"
#include <stdlib.h>
#include <string.h>

enum {
  esc = 0x1b,
  /* The first byte of U+0080 to U+00BF. */
  first_of_two = 0xc2,
  /* Two colours of 24 bits and their ends; what is longer and cut is looked at by JavaScript. */
  longest_begun = 40,
};

/* Twice as fast where the processor knows AVX2, and half as much again with AVX-512. */
#ifdef __x86_64__
#define for_wide_processors __attribute__((target_clones("arch=x86-64-v4", "avx2", "default")))
#else
#define for_wide_processors
#endif

struct controls {
  unsigned char drawing;
  /* U+0080 to U+009F, which do what ESC and a letter do, or what may be one that is cut. */
  unsigned char eight_bit;
};

/* VT, FF, SO and SI move the cursor or change characters. */
static inline unsigned char draws(unsigned char byte) {
  return ((unsigned char)(byte - 0x0b) <= 4) & (byte != 0x0d);
}

/* Compilers make this loop one over 16 to 64 bytes at a time. */
for_wide_processors static struct controls find_controls(const unsigned char *bytes, size_t length) {
  struct controls found = {.drawing = draws(bytes[length - 1]), .eight_bit = bytes[length - 1] == first_of_two};
  for (size_t i = 0; i + 1 < length; i++) {
    found.drawing |= draws(bytes[i]);
    found.eight_bit |= (bytes[i] == first_of_two) & ((bytes[i + 1] & 0xe0) == 0x80);
  }
  return found;
}

/* Behind `ESC [ … m` or `ESC [ … K` with digits and semicolons between, or NULL. */
static const char *behind_colour(const char *at, const char *end) {
  if (end - at < 3 || at[1] != '[') return NULL;
  for (at += 2; at < end; at++) {
    if (*at == 'm' || *at == 'K') return at + 1;
    if ((*at < '0' || *at > '9') && *at != ';') return NULL;
  }
  return NULL;
}

/* Does `? number ; … h` or `l` between here and its end switch between the normal and the alternate screen? */
static bool switches_screen(const char *at, const char *end) {
  for (at++; at < end; at++) {
    char *behind;
    const long mode = strtol(at, &behind, 10);
    if (mode == 47 || mode == 1047 || mode == 1049) return true;
    at = behind;
  }
  return false;
}

/*
 * Behind a whole sequence that nobody looks for, or NULL: not behind control strings (titles are such), a full reset,
 * questions (`c`, `n`), a switch of screens, or one that has no end here.
 */
static const char *behind_drawing(const char *at, const char *end) {
  if (end - at < 2) return NULL;
  /* The second may begin something. */
  if (at[1] == esc) return at + 1;
  if (at[1] != '[') return strchr("]P_^Xc", at[1]) ? NULL : at + 2;
  const char *from = at + 2;
  for (at = from; at < end; at++) {
    if (*at >= 0x20 && *at < 0x40) continue;
    if (*at < 0x40 || *at > 0x7e || *at == 'c' || *at == 'n') return NULL;
    return *from == '?' && (*at == 'h' || *at == 'l') && switches_screen(from, at) ? NULL : at + 1;
  }
  return NULL;
}

enum holds what_holds(const char *bytes, size_t length) {
  if (length == 0) return holds_text;
  const struct controls controls = find_controls((const unsigned char *)bytes, length);
  if (controls.eight_bit) return holds_anything;
  const char *at = bytes, *end = bytes + length;
  enum holds holds = controls.drawing ? holds_drawing : holds_text;
  while (at < end && (at = memchr(at, esc, end - at))) {
    const char *behind = behind_colour(at, end);
    if (!behind) {
      holds = holds_drawing;
      behind = behind_drawing(at, end);
      if (!behind) return holds_anything;
    }
    at = behind;
  }
  return holds;
}

size_t whole_bytes(const char *bytes, size_t length) {
  if ((unsigned char)bytes[length - 1] == first_of_two) return length - 1;
  for (size_t begun = 1; begun <= longest_begun && begun < length; begun++) {
    const char byte = bytes[length - begun];
    if (byte == esc) return length - begun;
    if ((byte < 0x30 || byte > 0x3f) && byte != '[') break;
  }
  return length;
}

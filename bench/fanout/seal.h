/* The seal of a message between instances of Rollcall (persistence/redis/namespace.py), for a load client. */
#ifndef SEAL_H
#define SEAL_H
#include <stddef.h>

#define SEAL_SIZE 61 /* the header before a message: version, tag, sender, number */

/* Use the log's key, 64 hexadecimal digits, for the messages of one channel; returns whether the key is valid. */
int seal_begin(const char *key, const char *channel);

/* Write the SEAL_SIZE bytes that belong before this message, with the next number. */
void seal(char *head, const char *message, size_t size);

#endif

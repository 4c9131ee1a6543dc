/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Arguments: for every request something to do, for tests that go through all of them
 */
#ifndef _OPENEVSE_ARGUMENTS_H
#define _OPENEVSE_ARGUMENTS_H

#include <stdbool.h>

/* The largest struct is not half as large. */
#define ARGUMENT_MAX	1024

/* Is it refused while no vehicle is connected? */
bool takes_vehicle(unsigned long number);
/* The board looks for vehicles, whatever was tried before. 0 or a negative errno. */
int wake_board(int fd);

/**
 * argument_for() - what a request is called with
 * @number: of the request
 * @round: of two arguments that differ the first where this is even, so that there is
 *	something to change every time
 * @argument: of ARGUMENT_MAX bytes; zeroes where nothing is better known
 */
void argument_for(unsigned long number, int round, void *argument);

#endif /* _OPENEVSE_ARGUMENTS_H */

// SPDX-License-Identifier: GPL-2.0
/*
 * A hostile wire: bytes are flipped, dropped, doubled and made up in both
 * directions, replies come later than any deadline, and what is written comes
 * in pieces. On every generation of firmware at once, each driver's answer is
 * compared with what the board thinks of itself:
 *
 *  - no getter gives a wrong value where a checksum or an id could have told;
 *  - 99.9 % of the getters succeed within three calls;
 *  - no setter is reported as done when the board's own state differs;
 *  - and when the noise ends, so do its consequences.
 *
 * What gets past an eight-bit checksum is known to the simulated board, which
 * compares what it has said with what has arrived, and the other way round.
 *
 * noise_test [--calls N] [--boards N] [--rate R] [--seed N] [FIRMWARE...]
 *
 * N calls for each firmware, by so many boards at a time, or twice as many. As a kselftest it is
 * short; "make soak" makes it long.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../kselftest.h"

#include "simboard.h"
#include "station.h"

/**
 * struct job - what is done with one firmware
 * @firmware: its version
 * @share: of the boards; a line without ids is slow to recover
 * @boards: that many
 * @tallies: one for each of them
 */
struct job {
	const char *firmware;
	int share;
	int boards;
	struct tally *tallies;
};

/* One of each generation, see tools/testing/board/README.rst. */
static const struct job generations[] = {
	{ "D3.3.7", 2 }, { "3.11.3", 2 }, { "D4.0.0", 2 }, { "D4.4.0", 2 },
	{ "D4.6.0", 1 }, { "5.0.1", 1 }, { "D6.1.3", 1 }, { "D6.2.1", 1 },
	{ "7.1.6", 1 }, { "8.2.3", 1 }, { "9.2.0", 1 },
};

/* What is asked for: something of each kind of answer. */
#define GETTERS		5

#define FIRMWARES_MAX	16

/* As many as the driver can have. */
#define BOARDS_MAX	64

/* Calls of a getter before it counts as failed. */
#define ATTEMPTS	3

/* Of the getters may fail: one in so many. */
#define MAY_FAIL	1000

/* How often a reply is late, and by how much; how often there is a pause. */
#define LATE		0.002
#define LATE_MS		3000
#define CHOP		0.01

/* So often it is told how far the run has come. */
#define PROGRESS_MS	60000

static struct {
	long calls;
	int boards;
	double rate;
	unsigned long seed;
} options = { .calls = 150, .boards = 1, .rate = 0.01, .seed = 1 };

/**
 * struct tally - what has happened on one board, or on all of one firmware
 * @calls: ioctls that were made
 * @gets: getters asked for, each with up to three calls
 * @first: those that succeeded at once
 * @failed: those that failed three times
 * @sets: setters called
 * @done: those that were reported as done
 * @wrong: values that the board had not
 * @lies: setters reported as done, and not done
 * @injected: bytes that suffered
 * @hurt: frames and messages these were in
 * @hurt_out: of these, the board's
 * @detected: that the driver has noticed
 * @retries: that it has repeated something
 * @resyncs: that it has looked for the board
 * @downs: that it has told that the board does not answer
 * @boots: restarts it has told of
 * @resets: restarts there were
 * @forged: frames of the board that got past their checksum
 * @unguarded: frames of the board that no checksum protects
 * @misheard: commands executed that were never given
 * @unchecked: of these, such as had lost their checksum
 * @recovered: boards that were as good as new in the end
 * @broken: boards with which something went wrong before it began
 */
struct tally {
	long calls, gets, first, failed, sets, done, wrong, lies;
	long injected, hurt, hurt_out, detected, retries, resyncs, downs;
	long boots, resets, forged, unguarded, misheard, unchecked;
	long recovered, broken;
};

struct worker {
	const char *firmware;
	long calls;
	struct station station;
	struct simboard sim;
	struct tally *tally;
	unsigned long random;
	bool saves;	/* it cannot set its current without saving it */
	bool lacks[GETTERS];	/* not in this firmware */
	struct openevse_version version;
};

static unsigned int pick(struct worker *worker, unsigned int below)
{
	worker->random = worker->random * 6364136223846793005UL +
			 1442695040888963407UL;
	return (worker->random >> 33) % below;
}

/* --- getters --- */

union value {
	struct openevse_version version;
	struct openevse_state state;
	struct openevse_settings settings;
	struct openevse_energy energy;
	struct openevse_fault_counters faults;
};

/* By the board's last answer to "state". */
static bool is_state(const struct worker *worker, const union value *value)
{
	const struct openevse_state *state = &value->state;
	const struct simboard *sim = &worker->sim;

	if (state->state != sim_said(sim, "code", 16) ||
	    state->elapsed_s != sim_said(sim, "elapsed", 10))
		return false;
	return !(state->valid & OPENEVSE_STATE_HAS_VFLAGS) ||
	       (state->vflags == sim_said(sim, "vflags", 16) &&
		state->pilot_state == sim_said(sim, "pilot_state", 16));
}

static bool is_settings(const struct worker *worker, const union value *value)
{
	return value->settings.capacity_ma ==
			1000 * sim_said(&worker->sim, "offered", 10) &&
	       value->settings.flags == sim_said(&worker->sim, "flags", 16);
}

static bool is_energy(const struct worker *worker, const union value *value)
{
	return value->energy.session_j ==
			sim_said(&worker->sim, "session_ws", 10) &&
	       value->energy.total_wh == sim_said(&worker->sim, "total_wh", 10);
}

static bool are_faults(const struct worker *worker, const union value *value)
{
	return value->faults.gfci == sim_said(&worker->sim, "gfi_trips", 10) &&
	       value->faults.no_ground ==
			sim_said(&worker->sim, "ground_trips", 10) &&
	       value->faults.stuck_relay ==
			sim_said(&worker->sim, "stuck_trips", 10);
}

static bool is_version(const struct worker *worker, const union value *value)
{
	return !memcmp(&value->version, &worker->version,
		       sizeof(worker->version));
}

static const struct getter {
	unsigned long request;
	bool (*is)(const struct worker *worker, const union value *value);
} getters[GETTERS] = {
	{ OPENEVSE_GET_VERSION, is_version },
	{ OPENEVSE_GET_STATE, is_state },
	{ OPENEVSE_GET_SETTINGS, is_settings },
	{ OPENEVSE_GET_ENERGY, is_energy },
	{ OPENEVSE_GET_FAULT_COUNTERS, are_faults },
};

/* The board may have misheard a command since it was last looked at. */
static bool is_right(struct worker *worker, const struct getter *getter,
		     const union value *value)
{
	if (getter->is(worker, value))
		return true;
	sim_tell(&worker->sim, "state");
	return getter->is(worker, value);
}

/* Return: 0 when it was answered, right or wrong. */
static int get(struct worker *worker, const struct getter *getter, bool *right)
{
	union value value;
	int err;

	memset(&value, 0, sizeof(value));
	worker->tally->calls++;
	err = station_call(worker->station.fd, getter->request, &value);
	*right = !err && is_right(worker, getter, &value);
	return err;
}

static void ask(struct worker *worker)
{
	struct tally *tally = worker->tally;
	size_t which = pick(worker, GETTERS);
	bool right;
	int i;

	if (worker->lacks[which])
		return;
	tally->gets++;
	for (i = 0; i < ATTEMPTS; i++) {
		if (get(worker, &getters[which], &right))
			continue;
		tally->first += !i;
		tally->wrong += !right;
		return;
	}
	tally->failed++;
}

/* --- setters --- */

static bool set_current(struct worker *worker)
{
	struct openevse_current_capacity capacity = {
		.capacity_ma = 1000 * (8 + pick(worker, 9)),
		.flags = worker->saves ? OPENEVSE_CAPACITY_SAVE : 0,
	};

	if (station_call(worker->station.fd, OPENEVSE_SET_CURRENT_CAPACITY,
			 &capacity))
		return false;
	worker->tally->lies += sim_number(&worker->sim, "state", "offered",
					  10) * 1000 != capacity.capacity_ma;
	return true;
}

static bool switch_it(struct worker *worker)
{
	static const struct {
		unsigned long request;
		long code;
	} switches[] = {
		{ OPENEVSE_ENABLE, -1 },
		{ OPENEVSE_SLEEP, OPENEVSE_STATE_SLEEPING },
		{ OPENEVSE_DISABLE, OPENEVSE_STATE_DISABLED },
	};
	unsigned int i = pick(worker, ARRAY_SIZE(switches));
	long code;

	if (station_call(worker->station.fd, switches[i].request, NULL))
		return false;
	code = sim_number(&worker->sim, "state", "code", 16);
	worker->tally->lies += switches[i].code >= 0 ?
			       code != switches[i].code :
			       code == OPENEVSE_STATE_SLEEPING ||
			       code == OPENEVSE_STATE_DISABLED;
	return true;
}

static void change(struct worker *worker)
{
	worker->tally->calls++;
	worker->tally->sets++;
	worker->tally->done += pick(worker, 2) ? set_current(worker) :
						 switch_it(worker);
}

/* --- one board --- */

static int attach(struct worker *worker)
{
	struct openevse_current_capacity capacity = { .capacity_ma = 10000 };
	struct openevse_switch guard = { 0 };
	bool right;
	size_t i;
	int err;

	err = sim_start_build(&worker->sim, worker->firmware, false,
			      "--instant --no-pacing");
	if (!err)
		err = station_tty(&worker->station, worker->sim.tty);
	if (!err)
		err = station_attach(&worker->station);
	if (!err)
		err = station_wait_link(&worker->station, OPENEVSE_LINK_UP);
	if (!err)
		err = station_call(worker->station.fd, OPENEVSE_GET_VERSION,
				   &worker->version);
	if (!err)
		err = station_call(worker->station.fd,
				   OPENEVSE_SET_EEPROM_GUARD, &guard);
	if (err)
		return err;
	for (i = 0; i < GETTERS; i++)
		worker->lacks[i] = get(worker, &getters[i], &right) ==
				   -EOPNOTSUPP;
	/* What has a boot lock does nothing until then; the rest has none. */
	station_call(worker->station.fd, OPENEVSE_CLEAR_BOOT_LOCK, NULL);
	worker->saves = station_call(worker->station.fd,
				     OPENEVSE_SET_CURRENT_CAPACITY,
				     &capacity) == -EOPNOTSUPP;
	return sim_tell(&worker->sim, "state");
}

static int make_noise(struct worker *worker, bool on)
{
	struct simboard *sim = &worker->sim;
	unsigned int seed = pick(worker, 1 << 30);
	int err;

	err = sim_tell(sim, "noise %f %u both", on ? options.rate : 0, seed);
	if (!err)
		err = sim_tell(sim, "late %f %d %u", on ? LATE : 0, LATE_MS,
			       seed);
	if (!err)
		err = sim_tell(sim, "chop %f %u", on ? CHOP : 0, seed);
	return err ? err : sim_tell(sim, "state");
}

static void count_events(struct worker *worker)
{
	struct openevse_event event;

	while (!station_event(worker->station.fd, &event, 0)) {
		worker->tally->boots += event.type == OPENEVSE_EVENT_BOOT;
		worker->tally->downs += event.type == OPENEVSE_EVENT_LINK &&
					event.link == OPENEVSE_LINK_DOWN;
	}
}

/* The line is good again: everything works at the first attempt. */
static bool is_recovered(struct worker *worker)
{
	bool right;
	size_t i;

	if (station_wait_link(&worker->station, OPENEVSE_LINK_UP))
		return false;
	/* What was said before may still be on its way. */
	for (i = 0; i < ATTEMPTS && get(worker, &getters[0], &right); i++)
		;
	for (i = 0; i < GETTERS; i++)
		if (!worker->lacks[i] &&
		    (get(worker, &getters[i], &right) || !right))
			return false;
	return true;
}

static void read_ledgers(struct worker *worker)
{
	struct openevse_stats stats = station_stats(worker->station.fd);
	const struct simboard *sim = &worker->sim;
	struct tally *tally = worker->tally;

	tally->detected = stats.bad_checksum + stats.bad_frames +
			  stats.unknown + stats.foreign + stats.timeouts;
	tally->retries = stats.retries;
	tally->resyncs = stats.resyncs;
	sim_tell(&worker->sim, "stats");
	tally->injected = sim_said(sim, "noise_in", 10) +
			  sim_said(sim, "noise_out", 10);
	tally->hurt_out = sim_said(sim, "hurt_out", 10);
	tally->hurt = sim_said(sim, "hurt_in", 10) + tally->hurt_out;
	tally->resets = sim_said(sim, "resets", 10);
	tally->forged = sim_said(sim, "forged_out", 10);
	tally->unguarded = sim_said(sim, "unguarded_out", 10);
	tally->misheard = sim_said(sim, "misheard", 10);
	tally->unchecked = sim_said(sim, "misheard_unchecked", 10);
}

static void work(struct worker *worker)
{
	struct tally *tally = worker->tally;
	tally->broken = 1;
	if (attach(worker) || make_noise(worker, true))
		return;
	tally->broken = 0;
	while (tally->calls < worker->calls) {
		if (pick(worker, 8))
			ask(worker);
		else
			change(worker);
		count_events(worker);
	}
	read_ledgers(worker);
	tally->broken = make_noise(worker, false) != 0;
	tally->recovered = is_recovered(worker);
}

static pid_t start_worker(const struct job *job, int board, int number)
{
	struct worker worker = {
		.firmware = job->firmware,
		.calls = options.calls / job->boards,
		.station = { -1, -1, -1, -1 },
		.sim = { .pid = -1, .control = -1 },
		.tally = &job->tallies[board],
		.random = options.seed * 1000 + number,
	};
	pid_t pid = fork();

	if (pid)
		return pid;
	work(&worker);
	station_end(&worker.station);
	sim_stop(&worker.sim);
	_exit(0);
}

/* --- all of them --- */

static void add(struct tally *sum, const struct tally *tally)
{
	const long *from = (const long *)tally;
	long *to = (long *)sum;
	size_t i;

	for (i = 0; i < sizeof(*sum) / sizeof(*to); i++)
		to[i] += from[i];
}

static struct tally sum_of(const struct tally *tallies, size_t count)
{
	struct tally sum = { 0 };

	while (count--)
		add(&sum, tallies++);
	return sum;
}

/* What no checksum and no id can tell from the truth. */
static long beyond_telling(const struct tally *tally)
{
	return tally->forged + tally->unguarded + tally->misheard;
}

static bool complain(const char *firmware, bool wrong, const char *what,
		     long count)
{
	if (wrong)
		ksft_print_msg("%s: %s: %ld\n", firmware, what, count);
	return wrong;
}

static bool is_good(const struct job *job, const struct tally *tally)
{
	const char *firmware = job->firmware;
	bool bad = false;

	bad |= complain(firmware, tally->broken, "boards that never answered",
			tally->broken);
	bad |= complain(firmware, tally->wrong > beyond_telling(tally),
			"wrong values that could have been told",
			tally->wrong - beyond_telling(tally));
	bad |= complain(firmware, tally->failed * MAY_FAIL > tally->gets +
			MAY_FAIL - 1,
			"getters that failed three times", tally->failed);
	bad |= complain(firmware, tally->lies > tally->unguarded,
			"setters reported as done, and not done", tally->lies);
	bad |= complain(firmware, tally->boots > tally->resets +
			beyond_telling(tally), "restarts told that were none",
			tally->boots - tally->resets);
	bad |= complain(firmware, tally->recovered != job->boards,
			"boards not as good as new when the noise had ended",
			job->boards - tally->recovered);
	return !bad;
}

static void print_head(void)
{
	ksft_print_msg("%-8s %7s %8s %7s %8s %7s %7s %6s %6s | %6s %9s %6s %6s %7s %6s\n",
		       "", "calls", "injected", "hurt", "detected", "retries",
		       "resyncs", "failed", "downs", "wrong", "unguarded",
		       "forged", "1/256", "misheard", "lies");
}

/* "1/256": how many would get past a checksum if errors were random. */
static void print_row(const char *firmware, const struct tally *tally)
{
	ksft_print_msg("%-8s %7ld %8ld %7ld %8ld %7ld %7ld %6ld %6ld | %6ld %9ld %6ld %6ld %7ld %6ld\n",
		       firmware, tally->calls, tally->injected, tally->hurt,
		       tally->detected, tally->retries, tally->resyncs,
		       tally->failed, tally->downs, tally->wrong,
		       tally->unguarded, tally->forged, tally->hurt_out / 256,
		       tally->misheard, tally->lies);
}

static void wait_for(pid_t *pid, size_t count, const struct tally *tallies)
{
	int64_t told = now_ms();
	size_t left = count;
	size_t i;

	while (left) {
		for (i = 0; i < count; i++)
			if (pid[i] > 0 && waitpid(pid[i], NULL, WNOHANG)) {
				pid[i] = 0;
				left--;
			}
		short_pause();
		if (now_ms() < told + PROGRESS_MS)
			continue;
		told = now_ms();
		ksft_print_msg("%ld calls so far, %zu boards at work\n",
			       sum_of(tallies, count).calls, left);
	}
}

static void parse(int argc, char **argv)
{
	static const struct option longs[] = {
		{ "calls", required_argument, NULL, 'c' },
		{ "boards", required_argument, NULL, 'b' },
		{ "rate", required_argument, NULL, 'r' },
		{ "seed", required_argument, NULL, 's' },
		{ 0 }
	};
	int c;

	while ((c = getopt_long(argc, argv, "", longs, NULL)) != -1) {
		if (c == 'c')
			options.calls = atol(optarg);
		else if (c == 'b')
			options.boards = atoi(optarg);
		else if (c == 'r')
			options.rate = atof(optarg);
		else if (c == 's')
			options.seed = strtoul(optarg, NULL, 10);
		else
			exit(2);
	}
}

/* Those that are named, or one of each generation. Return: how many. */
static size_t make_jobs(struct job *jobs, char **names, size_t count)
{
	size_t i;

	if (!count) {
		memcpy(jobs, generations, sizeof(generations));
		count = ARRAY_SIZE(generations);
	} else if (count <= FIRMWARES_MAX) {
		for (i = 0; i < count; i++)
			jobs[i] = (struct job){ names[i], 1 };
	} else {
		ksft_exit_fail_msg("at most %d firmwares\n", FIRMWARES_MAX);
	}
	/* A short run needs no more than one. */
	for (i = 0; i < count; i++)
		jobs[i].boards = options.boards < 2 ?
				 1 : options.boards * jobs[i].share;
	return count;
}

static size_t share_memory(struct job *jobs, size_t count)
{
	struct tally *tallies;
	size_t boards = 0;
	size_t i;

	tallies = mmap(NULL, BOARDS_MAX * sizeof(*tallies),
		       PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		       0);
	if (tallies == MAP_FAILED)
		ksft_exit_fail_msg("no memory\n");
	for (i = 0; i < count; i++) {
		jobs[i].tallies = tallies + boards;
		boards += jobs[i].boards;
		if (options.calls < jobs[i].boards || boards > BOARDS_MAX)
			ksft_exit_fail_msg("at most %d boards, each with a call to make\n",
					   BOARDS_MAX);
	}
	return boards;
}

int main(int argc, char **argv)
{
	struct job jobs[FIRMWARES_MAX];
	pid_t pid[BOARDS_MAX];
	size_t count, boards, started = 0;
	size_t i;
	int board;

	ksft_print_header();
	parse(argc, argv);
	count = make_jobs(jobs, argv + optind, argc - optind);
	boards = share_memory(jobs, count);
	if (!sim_program())
		ksft_exit_skip("no simulated board, see OPENEVSE_BOARD\n");
	ksft_set_plan(count);
	ksft_print_msg("%ld calls for each firmware, %g %% of the bytes wrong, seed %lu\n",
		       options.calls, 100 * options.rate, options.seed);
	for (i = 0; i < count; i++)
		for (board = 0; board < jobs[i].boards; board++, started++)
			pid[started] = start_worker(&jobs[i], board, started);
	wait_for(pid, boards, jobs[0].tallies);

	print_head();
	for (i = 0; i < count; i++) {
		struct tally sum = sum_of(jobs[i].tallies, jobs[i].boards);

		print_row(jobs[i].firmware, &sum);
	}
	for (i = 0; i < count; i++) {
		struct tally sum = sum_of(jobs[i].tallies, jobs[i].boards);

		ksft_test_result(is_good(&jobs[i], &sum), "noise on %s\n",
				 jobs[i].firmware);
	}
	ksft_finished();
}

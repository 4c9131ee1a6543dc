// SPDX-License-Identifier: GPL-2.0
/*
 * openevse doctor: an attached board and the line to it
 *
 * The checks of the line go by what the driver has counted since the board was
 * attached. Only the first of them, and those of the state, ask the board, and only
 * while its link is up.
 */
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/ioctl.h>

#include "doctor.h"
#include "names.h"
#include "who.h"

#define WIRING \
	"board without power, cable not on its serial header, or RX and TX swapped: each goes to the other's (board v6.5.1 has them crossed on the header); GND has to be connected"

/* --- the line --- */

static void check_driver(struct doctor *doctor, struct patient *patient)
{
	const struct openevse_info *info = &patient->device.info;

	if (info->abi_version == OPENEVSE_ABI_VERSION)
		finding(doctor, RESULT_OK, NULL, "driver and command are of one version");
	else
		finding(doctor, RESULT_NOTE, "\"sudo make install\" in the sources of this project; it loads the new module as well",
			"the loaded driver has contract %" PRIu32 ", this command %d",
			info->abi_version, OPENEVSE_ABI_VERSION);
}

/* Whole frames, as the board has said them or as we have. */
static uint64_t whole_frames(const struct openevse_stats *stats)
{
	return stats->frames + stats->echoes;
}

static uint64_t damaged_frames(const struct openevse_stats *stats)
{
	return stats->bad_checksum + stats->bad_frames;
}

static void judge_silence(struct doctor *doctor, const struct openevse_stats *stats)
{
	uint64_t damaged = damaged_frames(stats), junk = stats->junk_bytes;

	if (stats->frames)
		finding(doctor, RESULT_FAIL, "a restarting board is back within 20 s; if it stays silent: its power, a loose cable",
			"it answers no more");
	else if (stats->echoes)
		finding(doctor, RESULT_FAIL, "take the cable off the board; if that does not help, its RX and TX touch each other",
			"nothing comes back but the driver's own commands");
	else if (damaged || junk)
		finding(doctor, RESULT_FAIL, "another device, another speed than 115200 baud, or noise: GND connected? cable short, and away from mains?",
			"only garbage comes: no whole frame, %" PRIu64 " damaged, %" PRIu64 " other bytes",
			damaged, junk);
	else
		finding(doctor, RESULT_FAIL, WIRING, "not a single byte has come from it");
}

static void judge_no_answer(struct doctor *doctor, int error)
{
	const char *remedy = "its power, a loose cable; then ask again";

	if (error == -ENODEV)
		finding(doctor, RESULT_FAIL, "plug it in again", "it was unplugged just now");
	else if (error == -EBADMSG)
		finding(doctor, RESULT_FAIL, remedy, "its answers are damaged, all of them");
	else
		finding(doctor, RESULT_FAIL, remedy, "it does not answer any more: %s",
			strerror(-error));
}

static void check_link(struct doctor *doctor, struct patient *patient)
{
	struct openevse_info *info = &patient->device.info;
	int error;

	if (info->link == OPENEVSE_LINK_GONE) {
		judge_no_answer(doctor, -ENODEV);
		return;
	}
	if (info->link != OPENEVSE_LINK_UP) {
		judge_silence(doctor, &patient->stats);
		return;
	}
	error = query_ask(&patient->query, ASK_STATE);
	if (error) {
		judge_no_answer(doctor, error);
		info->link = OPENEVSE_LINK_DOWN;	/* as far as we are concerned */
		return;
	}
	finding(doctor, RESULT_OK, NULL, "it answers: OpenEVSE %s, RAPI %s", info->firmware,
		info->protocol);
}

/* One frame in a hundred is a nuisance, one in four makes commands fail. */
static void check_line(struct doctor *doctor, struct patient *patient)
{
	uint64_t whole = whole_frames(&patient->stats), damaged = damaged_frames(&patient->stats);
	const char *remedy = "GND connected? a shorter or shielded cable, away from mains and contactor";

	if (!whole)
		return;
	if (damaged >= 10 && damaged * 4 >= whole + damaged)
		finding(doctor, RESULT_FAIL, remedy, "noise: %" PRIu64 " of %" PRIu64 " frames came damaged",
			damaged, whole + damaged);
	else if (damaged * 100 >= whole + damaged)
		finding(doctor, RESULT_NOTE, remedy, "some noise: %" PRIu64 " of %" PRIu64 " frames came damaged",
			damaged, whole + damaged);
	else
		finding(doctor, RESULT_OK, NULL, "clean: %" PRIu64 " of %" PRIu64 " frames came damaged",
			damaged, whole + damaged);
}

static void check_echo(struct doctor *doctor, struct patient *patient)
{
	if (patient->device.info.flags & OPENEVSE_INFO_ECHO)
		finding(doctor, RESULT_NOTE, "openevse reset ends it, and a charge with it",
			"it sends back what it receives; another program has switched that on");
	else
		finding(doctor, RESULT_OK, NULL, "off");
}

/* A reply that came too late for us was asked for, too. */
static void check_master(struct doctor *doctor, struct patient *patient)
{
	uint64_t foreign = patient->stats.foreign;

	if (foreign > patient->stats.timeouts)
		finding(doctor, RESULT_NOTE, "only one may talk to a board: take the WiFi module, or what else there is, off its serial header",
			"a second master? %" PRIu64 " replies came that nobody here had asked for",
			foreign);
	else
		finding(doctor, RESULT_OK, NULL, "nobody else talks to the board on its header");
}

static void check_replies(struct doctor *doctor, struct patient *patient)
{
	const struct openevse_info *info = &patient->device.info;

	if (!info->rapi)
		return;
	if (!(info->flags & OPENEVSE_INFO_REPLY_CHECKSUM))
		finding(doctor, RESULT_NOTE, "firmware 4.1 and later has them",
			"no checksums: what noise does to a reply may go unnoticed");
	else if (!(info->flags & OPENEVSE_INFO_SEQUENCE_IDS))
		finding(doctor, RESULT_OK, NULL, "with checksums, but without ids");
	else
		finding(doctor, RESULT_OK, NULL, "with checksums and ids");
}

/* --- its EEPROM --- */

/* Writes as often as the driver allows at once. */
#define MANY_WRITES	50

/* The program that was the last to save a current. Return: is there one? */
static bool find_writer(const struct patient *patient, struct openevse_client *writer)
{
	struct openevse_client client = { 0 };
	uint64_t latest = 0;

	while (!who_next(&patient->device, &client)) {
		if (client.change.request != OPENEVSE_SET_CURRENT_CAPACITY ||
		    client.change.item != OPENEVSE_CAPACITY_SAVE || client.changed_ns <= latest)
			continue;
		*writer = client;
		latest = client.changed_ns;
	}
	return latest;
}

static void check_eeprom(struct doctor *doctor, struct patient *patient)
{
	uint64_t writes = patient->stats.eeprom_writes, refused = patient->stats.eeprom_refused;
	const char *remedy = "let it set the current without --save; \"openevse who\" shows who changes what";
	struct openevse_client writer;
	bool known = find_writer(patient, &writer);

	if (writes < MANY_WRITES && !refused) {
		finding(doctor, RESULT_OK, NULL, "%" PRIu64 " writes since it was attached", writes);
		return;
	}
	finding(doctor, RESULT_NOTE, remedy,
		"a program wears it out: %" PRIu64 " writes since it was attached, %" PRIu64 " refused%s%s",
		writes, refused, known ? "; the last was " : "",
		known ? writer.comm : "");
}

const struct board_check line_checks[] = {
	{ "driver", check_driver },
	{ "link", check_link },
	{ "line", check_line },
	{ "echo", check_echo },
	{ "master", check_master },
	{ "replies", check_replies },
	{ "eeprom", check_eeprom },
	{ NULL, NULL },
};

/* --- what it says of itself --- */

static bool is_boot_locked(const struct patient *patient)
{
	const struct openevse_state *state = &patient->query.state;

	return state->valid & OPENEVSE_STATE_HAS_VFLAGS &&
	       state->vflags & OPENEVSE_VFLAG_BOOT_LOCKED;
}

static void check_boot_lock(struct doctor *doctor, struct patient *patient)
{
	if (is_boot_locked(patient))
		finding(doctor, RESULT_FAIL, "openevse bootlock clear, if somebody supervises it from now on",
			"boot locked: it will not charge until a host says that it is there");
}

static void check_state(struct doctor *doctor, struct patient *patient)
{
	unsigned int state;
	char buffer[NAME_SIZE];
	const char *name, *hint;

	if (query_state(&patient->query, &state) || is_boot_locked(patient))
		return;
	name = state_name(state, buffer);
	hint = state_hint(state);
	if (state_is_fault(state))
		finding(doctor, RESULT_FAIL, "openevse faults; most clear by themselves once the cause is gone",
			"in fault: %s%s%s", name, hint ? ", " : "", hint ? hint : "");
	else if (state_is_off(state))
		finding(doctor, RESULT_NOTE, "openevse start", "%s: it will not charge", name);
	else
		finding(doctor, RESULT_OK, NULL, "%s", name);
}

static void check_heartbeat(struct doctor *doctor, struct patient *patient)
{
	struct openevse_heartbeat heartbeat = { 0 };
	char amps[NAME_SIZE];

	if (ioctl(patient->device.fd, OPENEVSE_GET_HEARTBEAT, &heartbeat))
		return;		/* it has none, or the link has been told of */
	if (heartbeat.interval_s && heartbeat.missed == OPENEVSE_HEARTBEAT_LIMITED)
		finding(doctor, RESULT_NOTE, "the program that sent heartbeats has stopped, or was late; start it again",
			"a heartbeat was missed: no more than %s A",
			milli(heartbeat.current_ma, amps));
	else if (heartbeat.interval_s)
		finding(doctor, RESULT_OK, NULL, "watches this host, every %" PRIu32 " s",
			heartbeat.interval_s);
}

static void check_firmware(struct doctor *doctor, struct patient *patient)
{
	const char *version, *defect;
	unsigned int number = 0;

	if (query_firmware(&patient->query, &version))
		return;
	while ((defect = firmware_defect(version, number))) {
		finding(doctor, RESULT_NOTE, NULL, "%s: %s", version, defect);
		number++;
	}
	if (!number)
		finding(doctor, RESULT_OK, NULL, "%s: no defect is known that a user would meet",
			version);
}

const struct board_check state_checks[] = {
	{ "boot-lock", check_boot_lock },
	{ "state", check_state },
	{ "heartbeat", check_heartbeat },
	{ "firmware", check_firmware },
	{ NULL, NULL },
};

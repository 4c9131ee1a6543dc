/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * OpenEVSE charging station: the contract of /dev/openevseN
 *
 * One ioctl for each RAPI command, in plain units, the same on every firmware;
 * read() and poll() for events. The driver knows the dialects of the firmware.
 *
 * Rights: every open file may ask and read events. What changes something
 * needs a file opened for writing. What disables a protection, cannot be
 * undone, or rewrites calibration or lifetime counters needs CAP_SYS_ADMIN on
 * top, and leaves a line in the kernel's log before it is sent. -EPERM
 * otherwise.
 *
 * A setter has the number of its getter, in the other direction. It returns 0
 * when the board says that it is so: by the value in its reply, or by being
 * asked again, wherever the firmware can be asked. What is so already is not
 * sent again.
 *
 * Errors of every ioctl that talks to the board:
 *
 *  -ETIMEDOUT   the board did not answer in time, after all retries, or the
 *               file's own time was over (OPENEVSE_SET_TIMEOUT); a setter may
 *               have been executed
 *  -EBADMSG     what came back was damaged, after all retries
 *  -ECONNRESET  the board restarted while it had the command; a setter may have
 *               been executed, and what was not saved is gone
 *  -EREMOTEIO   the board refused in the state it is in ($NK), or did less
 *               than was asked
 *  -EOPNOTSUPP  this firmware, or this build of it, has not got it; found out
 *               once and remembered until the board restarts, but not for more
 *               than ten minutes: noise may look like a "no"
 *  -ERANGE      an argument this firmware does not accept; nothing was sent
 *  -EINVAL      no such unit, unknown flag or item, reserved field not zero,
 *               text that may not be sent; nothing was sent
 *  -EPERM       the file or the caller lacks the right; nothing was sent
 *  -EDQUOT      the board's EEPROM has been written too often lately; nothing
 *               was sent (OPENEVSE_SET_EEPROM_GUARD)
 *  -EINTR       a signal came while waiting; a setter may have been executed.
 *               Where the current was on its way, the call goes on until the
 *               board surely offers no more than was asked.
 *  -ENODATA     the board has no value for it (no clock chip)
 *  -ENOMEM      no memory; a setter may have been executed, unless it is one of
 *               the current
 *  -ENODEV      unplugged or detached; it will not come back on this file
 *  -ENOTTY      no such ioctl
 */
#ifndef _UAPI_LINUX_OPENEVSE_H
#define _UAPI_LINUX_OPENEVSE_H

#include <linux/ioctl.h>
#include <linux/types.h>

/**
 * Version of this contract; grows with every change. Once it has been released
 * things are only added.
 */
#define OPENEVSE_ABI_VERSION	4

#define OPENEVSE_IOC_MAGIC	0xEB

/** Bytes of a firmware or protocol version text, with its final NUL. */
#define OPENEVSE_VERSION_LEN	24

/**
 * enum openevse_evse_state - state of the station (GS, $ST, $AT, $AB)
 *
 * The firmware's own codes. Newer firmware may send others: pass them on as
 * numbers. States 4 to 17 are faults, D (4) because charging is refused there.
 *
 * @OPENEVSE_STATE_UNKNOWN: starting, self test, or boot locked
 * @OPENEVSE_STATE_A: no vehicle (pilot 12 V)
 * @OPENEVSE_STATE_B: vehicle connected (pilot 9 V)
 * @OPENEVSE_STATE_C: charging (pilot 6 V)
 * @OPENEVSE_STATE_D: vehicle asks for ventilation (pilot 3 V)
 * @OPENEVSE_STATE_DIODE: the vehicle's pilot diode check failed
 * @OPENEVSE_STATE_GFCI: ground fault interrupter tripped
 * @OPENEVSE_STATE_NO_GROUND: protective earth missing
 * @OPENEVSE_STATE_STUCK_RELAY: relay closed when it should be open
 * @OPENEVSE_STATE_GFCI_TEST: self test of the interrupter failed
 * @OPENEVSE_STATE_OVER_TEMPERATURE: too hot
 * @OPENEVSE_STATE_OVER_CURRENT: vehicle draws more than offered
 * @OPENEVSE_STATE_RELAY_CLOSURE: relay open when it should be closed
 * @OPENEVSE_STATE_PP_SHORTED: proximity pilot shorted (firmware 9)
 * @OPENEVSE_STATE_PP_MISSING: proximity pilot missing (firmware 9)
 * @OPENEVSE_STATE_EEPROM: EEPROM failure (firmware 9)
 * @OPENEVSE_STATE_SLEEPING: asleep, by command, button, timer or limit
 * @OPENEVSE_STATE_DISABLED: disabled by command
 */
enum openevse_evse_state {
	OPENEVSE_STATE_UNKNOWN		= 0x00,
	OPENEVSE_STATE_A		= 0x01,
	OPENEVSE_STATE_B		= 0x02,
	OPENEVSE_STATE_C		= 0x03,
	OPENEVSE_STATE_D		= 0x04,
	OPENEVSE_STATE_DIODE		= 0x05,
	OPENEVSE_STATE_GFCI		= 0x06,
	OPENEVSE_STATE_NO_GROUND	= 0x07,
	OPENEVSE_STATE_STUCK_RELAY	= 0x08,
	OPENEVSE_STATE_GFCI_TEST	= 0x09,
	OPENEVSE_STATE_OVER_TEMPERATURE	= 0x0a,
	OPENEVSE_STATE_OVER_CURRENT	= 0x0b,
	OPENEVSE_STATE_RELAY_CLOSURE	= 0x0e,
	OPENEVSE_STATE_PP_SHORTED	= 0x0f,
	OPENEVSE_STATE_PP_MISSING	= 0x10,
	OPENEVSE_STATE_EEPROM		= 0x11,
	OPENEVSE_STATE_SLEEPING		= 0xfe,
	OPENEVSE_STATE_DISABLED		= 0xff,
};

/*
 * Volatile flags of the board (GS, $AT; firmware 6 and later). Bits 0010 and
 * 8000 changed their meaning between firmware versions and have no name here.
 */
#define OPENEVSE_VFLAG_HARD_FAULT	0x0002	/* needs a power cycle or reset */
#define OPENEVSE_VFLAG_LIMIT_SLEEP	0x0004	/* asleep because a limit was reached */
#define OPENEVSE_VFLAG_AUTH_LOCKED	0x0008
#define OPENEVSE_VFLAG_NO_GROUND_TRIP	0x0020	/* happened since boot */
#define OPENEVSE_VFLAG_CHARGING		0x0040	/* the relay is closed */
#define OPENEVSE_VFLAG_GFCI_TRIP	0x0080	/* happened since boot */
#define OPENEVSE_VFLAG_EV_CONNECTED	0x0100
#define OPENEVSE_VFLAG_SESSION_ENDED	0x0200
#define OPENEVSE_VFLAG_TIMER		0x1000	/* delay timer on (firmware 8.1) */
#define OPENEVSE_VFLAG_BOOT_LOCKED	0x4000	/* will not charge until unlocked */

/**
 * enum openevse_link - does the board answer?
 * @OPENEVSE_LINK_PROBING: attached or reset; not yet answered
 * @OPENEVSE_LINK_UP: answers
 * @OPENEVSE_LINK_DOWN: stopped answering; the driver goes on asking
 * @OPENEVSE_LINK_GONE: unplugged or detached
 */
enum openevse_link {
	OPENEVSE_LINK_PROBING	= 0,
	OPENEVSE_LINK_UP	= 1,
	OPENEVSE_LINK_DOWN	= 2,
	OPENEVSE_LINK_GONE	= 3,
};

/* flags of struct openevse_info */
#define OPENEVSE_INFO_REPLY_CHECKSUM	(1 << 0)  /* the board's replies carry one */
#define OPENEVSE_INFO_SEQUENCE_IDS	(1 << 1)  /* the board echoes ids */
#define OPENEVSE_INFO_ECHO		(1 << 2)  /* the board echoes what it receives */

/**
 * struct openevse_info - what the driver knows; never touches the wire
 * @abi_version: %OPENEVSE_ABI_VERSION of the driver
 * @index: N of /dev/openevseN
 * @link: &enum openevse_link
 * @flags: OPENEVSE_INFO_*
 * @rapi: protocol version, major << 16 | minor << 8 | patch; 0 when not known
 * @reserved: zero
 * @firmware: firmware version as the board spells it, NUL-terminated; "" when
 *	not known
 * @protocol: RAPI version as the board spells it
 * @tty: name of the tty, "ttyUSB0"
 */
struct openevse_info {
	__u32 abi_version;
	__u32 index;
	__u32 link;
	__u32 flags;
	__u32 rapi;
	__u32 reserved[5];
	char firmware[OPENEVSE_VERSION_LEN];
	char protocol[OPENEVSE_VERSION_LEN];
	char tty[32];
};

/**
 * struct openevse_stats - counters of the wire since attach; never touches it
 * @frames: whole frames received whose checksum was right, or absent where
 *	this firmware sends none
 * @bad_checksum: frames dropped for a wrong or missing checksum
 * @bad_frames: frames dropped as too long, spoiled by a line error or a byte
 *	no frame contains, or cut off by the next '$'
 * @junk_bytes: bytes outside any frame (boot text, line feeds, noise)
 * @foreign: replies nobody waited for: late, of another master, duplicates
 * @unknown: frames that are neither a reply nor a known message
 * @echoes: own commands that came back
 * @exchanges: commands completed, whatever the outcome; one may have answered
 *	several callers
 * @retries: commands sent again
 * @timeouts: tries the board did not answer in time
 * @refused: $NK answers
 * @resyncs: times the driver had to find the board's rhythm again
 * @resets: resets of the board noticed
 * @events: events published
 * @dropped: events a slow reader lost, summed over all readers
 * @shared: calls answered by an exchange that another caller had begun
 * @remembered: calls answered from what was known (OPENEVSE_SET_MAX_AGE)
 * @noticed: state events that no message of the board announced
 * @eeprom_writes: commands sent that write the board's EEPROM, which is rated
 *	for 100 000 writes
 * @eeprom_refused: those not sent because there were too many
 * @reserved: zero
 */
struct openevse_stats {
	__u64 frames;
	__u64 bad_checksum;
	__u64 bad_frames;
	__u64 junk_bytes;
	__u64 foreign;
	__u64 unknown;
	__u64 echoes;
	__u64 exchanges;
	__u64 retries;
	__u64 timeouts;
	__u64 refused;
	__u64 resyncs;
	__u64 resets;
	__u64 events;
	__u64 dropped;
	__u64 shared;
	__u64 remembered;
	__u64 noticed;
	__u64 eeprom_writes;
	__u64 eeprom_refused;
	__u64 reserved[4];
};

/**
 * struct openevse_version - firmware and protocol version ($GV)
 * @firmware: as the board spells it, "8.2.3", "D4.6.0", "8.2.3.EU"
 * @protocol: as the board spells it; a hint only, see OPENEVSE_GET_INFO
 */
struct openevse_version {
	char firmware[OPENEVSE_VERSION_LEN];
	char protocol[OPENEVSE_VERSION_LEN];
};

/* valid bits of struct openevse_state */
#define OPENEVSE_STATE_HAS_STATE	(1 << 0)
#define OPENEVSE_STATE_HAS_ELAPSED	(1 << 1)
#define OPENEVSE_STATE_HAS_PILOT	(1 << 2)	/* RAPI 5.0.0 and later */
#define OPENEVSE_STATE_HAS_VFLAGS	(1 << 3)	/* RAPI 5.0.0 and later */

/**
 * struct openevse_state - state of the station ($GS)
 * @valid: OPENEVSE_STATE_HAS_*; what is not valid is zero
 * @state: &enum openevse_evse_state
 * @pilot_state: what the pilot line alone says, in the codes 1 to 5 of
 *	&enum openevse_evse_state
 * @vflags: OPENEVSE_VFLAG_*
 * @elapsed_s: seconds of charging in the running session, or of the last one
 *	when none runs; not reset when the vehicle leaves, only by the next
 *	session. Until firmware 4.10 it counts from the last time the relay
 *	closed, from D4.11.0 on all of the session, without its pauses.
 * @reserved: zero
 */
struct openevse_state {
	__u32 valid;
	__u32 state;
	__u32 pilot_state;
	__u32 vflags;
	__u32 elapsed_s;
	__u32 reserved;
};

/*
 * Settings flags of the board ($GE), as it sends them: a set bit mostly means
 * "disabled". Bits not named here belong to some firmware versions only.
 */
#define OPENEVSE_SETTING_LEVEL_2		0x0001
#define OPENEVSE_SETTING_NO_DIODE_CHECK		0x0002
#define OPENEVSE_SETTING_NO_VENT_CHECK		0x0004
#define OPENEVSE_SETTING_NO_GROUND_CHECK	0x0008
#define OPENEVSE_SETTING_NO_STUCK_RELAY_CHECK	0x0010
#define OPENEVSE_SETTING_NO_AUTO_LEVEL		0x0020
#define OPENEVSE_SETTING_NO_GFCI_TEST		0x0200
#define OPENEVSE_SETTING_NO_TEMPERATURE_CHECK	0x0400

/**
 * struct openevse_settings - current capacity and settings ($GE)
 * @capacity_ma: current offered to a vehicle, mA
 * @flags: OPENEVSE_SETTING_*
 * @reserved: zero
 */
struct openevse_settings {
	__u32 capacity_ma;
	__u32 flags;
	__u32 reserved[2];
};

/* valid bits of struct openevse_current_capacity_range */
#define OPENEVSE_RANGE_HAS_PILOT	(1 << 0)	/* RAPI 5.0.0 and later */
#define OPENEVSE_RANGE_HAS_CONFIGURED	(1 << 1)	/* RAPI 5.1.0 and later */

/**
 * struct openevse_current_capacity_range - what may be offered ($GC)
 * @valid: OPENEVSE_RANGE_HAS_*
 * @min_ma: smallest current this board can offer, mA
 * @max_ma: largest, for the active service level, mA
 * @pilot_ma: offered now, mA
 * @configured_max_ma: saved in the board; a volatile setting cannot exceed it
 * @reserved: zero
 */
struct openevse_current_capacity_range {
	__u32 valid;
	__u32 min_ma;
	__u32 max_ma;
	__u32 pilot_ma;
	__u32 configured_max_ma;
	__u32 reserved;
};

/* valid bits of struct openevse_charging_current_and_voltage */
#define OPENEVSE_CHARGING_HAS_CURRENT	(1 << 0)
#define OPENEVSE_CHARGING_HAS_VOLTAGE	(1 << 1)

/**
 * struct openevse_charging_current_and_voltage - measured at the relay ($GG)
 * @valid: OPENEVSE_CHARGING_HAS_*; cleared where the board has no such meter
 * @current_ma: mA; only meaningful while charging
 * @voltage_mv: mV; a constant on boards without voltmeter (firmware 5 and
 *	later)
 * @reserved: zero
 */
struct openevse_charging_current_and_voltage {
	__u32 valid;
	__s32 current_ma;
	__s32 voltage_mv;
	__u32 reserved;
};

/**
 * struct openevse_energy - energy delivered ($GU)
 * @session_j: the running session, or the last one when none runs, J (Ws)
 * @total_wh: all finished sessions, Wh; the running one is not in it yet
 * @reserved: zero
 */
struct openevse_energy {
	__u64 session_j;
	__u64 total_wh;
	__u32 reserved[2];
};

/**
 * enum openevse_vehicle_state - is one plugged in? ($G0)
 * @OPENEVSE_VEHICLE_ABSENT: no
 * @OPENEVSE_VEHICLE_PRESENT: yes
 * @OPENEVSE_VEHICLE_UNKNOWN: the pilot is off, so it cannot be seen
 */
enum openevse_vehicle_state {
	OPENEVSE_VEHICLE_ABSENT		= 0,
	OPENEVSE_VEHICLE_PRESENT	= 1,
	OPENEVSE_VEHICLE_UNKNOWN	= 2,
};

/**
 * struct openevse_vehicle - is a vehicle plugged in? ($G0, RAPI 3.0.1)
 * @vehicle: &enum openevse_vehicle_state
 * @reserved: zero
 */
struct openevse_vehicle {
	__u32 vehicle;
	__u32 reserved;
};

/**
 * struct openevse_switch - something that is on or off
 * @enabled: 1 on, 0 off
 * @reserved: zero
 */
struct openevse_switch {
	__u32 enabled;
	__u32 reserved;
};

/**
 * struct openevse_accumulated_wh - set the total energy ($SK, RAPI 1.0.3)
 * @total_wh: what &struct openevse_energy shows as total from now on, Wh
 * @reserved: zero
 *
 * A lifetime counter: needs CAP_SYS_ADMIN.
 */
struct openevse_accumulated_wh {
	__u32 total_wh;
	__u32 reserved;
};

/**
 * struct openevse_voltage - mains voltage to reckon with ($SV, RAPI 5.1.3)
 * @voltage_mv: mV, 60 000 to 300 000
 * @reserved: zero
 *
 * For boards without voltmeter, whose energy is current times this. Volatile:
 * a constant of the firmware takes its place when the board restarts.
 */
struct openevse_voltage {
	__u32 voltage_mv;
	__u32 reserved;
};

/**
 * struct openevse_time_limit - end the session after that time ($G3, $S3)
 * @minutes: a multiple of 15, 0 to 3825; 0 for no limit
 * @reserved: zero
 *
 * Volatile, and gone when the vehicle leaves. From firmware 4.12 on the board
 * refuses it (-EREMOTEIO) without a vehicle. The time counts from the start of
 * the session, but from now on firmware 4.12.1 to 5.x (RAPI 4.0.1 and 5.0.0).
 */
struct openevse_time_limit {
	__u32 minutes;
	__u32 reserved;
};

/**
 * struct openevse_charge_limit - end the session after that energy ($GH, $SH)
 * @limit_wh: a multiple of 1000, 0 to 255000; 0 for no limit
 * @reserved: zero
 *
 * As &struct openevse_time_limit.
 */
struct openevse_charge_limit {
	__u32 limit_wh;
	__u32 reserved;
};

/**
 * struct openevse_meter_settings - calibration of a meter ($GA $SA, $GM $SM)
 * @scale: factor, in units of the board's converter; 1 to 32767 to set it
 * @offset: added, in mA or mV; from RAPI 1.0.3 to 5.x the board cannot take a
 *	negative one (-ERANGE): it would read "-10" as -290
 *
 * Setting it needs CAP_SYS_ADMIN: what is charged, and what counts as too much
 * current, depends on it.
 */
struct openevse_meter_settings {
	__s32 scale;
	__s32 offset;
};

/**
 * struct openevse_timer - daily delay timer ($GD from RAPI 3.0.1, $ST)
 * @start_hour: 0 to 23
 * @start_minute: 0 to 59
 * @end_hour: 0 to 23
 * @end_minute: 0 to 59
 *
 * All zero: no timer. Saved in the EEPROM. Firmware before D4.8.0 cannot be
 * asked for it, and firmware before D4.12.0 saves the current offered with it,
 * also one that was set volatile.
 */
struct openevse_timer {
	__u32 start_hour;
	__u32 start_minute;
	__u32 end_hour;
	__u32 end_minute;
};

/**
 * struct openevse_fault_counters - trips since new ($GF, RAPI 1.0.2)
 * @gfci: of the ground fault interrupter
 * @no_ground: protective earth missing
 * @stuck_relay: relay closed when it should be open
 * @reserved: zero
 *
 * Each stops at 255. Firmware before D3.9.0 says 255 before the first trip.
 */
struct openevse_fault_counters {
	__u32 gfci;
	__u32 no_ground;
	__u32 stuck_relay;
	__u32 reserved;
};

/* valid bits of struct openevse_temperature */
#define OPENEVSE_TEMPERATURE_HAS_DS3231		(1 << 0)
#define OPENEVSE_TEMPERATURE_HAS_MCP9808	(1 << 1)
#define OPENEVSE_TEMPERATURE_HAS_TMP007		(1 << 2)

/**
 * struct openevse_temperature - sensors in the station ($GP, RAPI 1.0.3)
 * @valid: OPENEVSE_TEMPERATURE_HAS_*; cleared where a sensor is not fitted.
 *	Before RAPI 4.0.1 a missing sensor cannot be told from one at 0 °C, nor
 *	a missing TMP007 from one at 23 °C: exactly these are taken as missing.
 * @ds3231_mc: clock chip, m°C
 * @mcp9808_mc: ambient sensor, m°C
 * @tmp007_mc: infrared sensor, m°C
 */
struct openevse_temperature {
	__u32 valid;
	__s32 ds3231_mc;
	__s32 mcp9808_mc;
	__s32 tmp007_mc;
};

/**
 * struct openevse_time - clock of the board, local time as set ($GT, $S1)
 * @year: 2000 to 2099
 * @month: 1 to 12
 * @day: 1 to 31
 * @hour: 0 to 23
 * @minute: 0 to 59
 * @second: 0 to 59
 *
 * -ENODATA without a clock chip, and for what is no date.
 */
struct openevse_time {
	__u32 year;
	__u32 month;
	__u32 day;
	__u32 hour;
	__u32 minute;
	__u32 second;
};

/* valid bits of struct openevse_heartbeat */
#define OPENEVSE_HEARTBEAT_HAS_MISSED	(1 << 0)

#define OPENEVSE_HEARTBEAT_NEVER_MISSED	0
#define OPENEVSE_HEARTBEAT_ACKNOWLEDGED	1  /* missed once, acknowledged since */
#define OPENEVSE_HEARTBEAT_LIMITED	2  /* missed: the current is limited now */

/**
 * struct openevse_heartbeat - supervision of this host by the board ($GY)
 * @interval_s: without a pulse for that long the board lowers its current to
 *	@current_ma; 0 for no supervision. To set it 60 at most: from 66 on the
 *	firmware's clock overflows, and it misses every pulse.
 * @current_ma: mA, a multiple of 1000, 6000 to 80000 with an interval
 * @missed: OPENEVSE_HEARTBEAT_NEVER_MISSED, ...; zero to set it
 * @valid: OPENEVSE_HEARTBEAT_HAS_MISSED; zero to set it
 *
 * RAPI 5.0.0 and later ($GY, $SY). Saved in the EEPROM: a host that goes away
 * for good leaves the board at the lower current. Where a missed pulse limits
 * the current, the board raises it by itself when the supervision ends; the
 * driver then sets it back to what it was.
 */
struct openevse_heartbeat {
	__u32 interval_s;
	__u32 current_ma;
	__u32 missed;
	__u32 valid;
};

/**
 * enum openevse_feature_id - what is switched on or off on the board
 * @OPENEVSE_FEATURE_DIODE_CHECK: protection: pilot diode of the vehicle
 * @OPENEVSE_FEATURE_VENT_CHECK: protection: refuse vehicles that ask for
 *	ventilation (state D)
 * @OPENEVSE_FEATURE_GROUND_CHECK: protection: protective earth
 * @OPENEVSE_FEATURE_STUCK_RELAY_CHECK: protection
 * @OPENEVSE_FEATURE_GFCI_TEST: protection: self test of the interrupter
 * @OPENEVSE_FEATURE_TEMPERATURE_CHECK: protection; RAPI 4.0.0
 * @OPENEVSE_FEATURE_OVER_CURRENT_CHECK: protection; RAPI 6.0.0
 * @OPENEVSE_FEATURE_BUTTON: front button; RAPI 5.1.0
 * @OPENEVSE_FEATURE_BOOT_LOCK: protection: do not charge until unlocked; RAPI
 *	6.0.0
 * @OPENEVSE_FEATURE_PP_AUTO_AMPACITY: protection: limit by the cable's rating;
 *	RAPI 6.0.0. Shares its pin with cable sensors: enabling it unassigns
 *	those on pin 1, so that needs CAP_SYS_ADMIN, too.
 * @OPENEVSE_FEATURE_ZERO_CROSS: switch the relay at zero crossing; RAPI 6.0.0
 * @OPENEVSE_FEATURE_RGB_LCD: the display is the RGB one, not the monochrome
 * @OPENEVSE_FEATURE_CABLE_TEMPERATURE_CHECK: protection; RAPI 6.0.0; can be set
 *	but not read (-ENODATA)
 */
enum openevse_feature_id {
	OPENEVSE_FEATURE_DIODE_CHECK		= 1,
	OPENEVSE_FEATURE_VENT_CHECK		= 2,
	OPENEVSE_FEATURE_GROUND_CHECK		= 3,
	OPENEVSE_FEATURE_STUCK_RELAY_CHECK	= 4,
	OPENEVSE_FEATURE_GFCI_TEST		= 5,
	OPENEVSE_FEATURE_TEMPERATURE_CHECK	= 6,
	OPENEVSE_FEATURE_OVER_CURRENT_CHECK	= 7,
	OPENEVSE_FEATURE_BUTTON			= 8,
	OPENEVSE_FEATURE_BOOT_LOCK		= 9,
	OPENEVSE_FEATURE_PP_AUTO_AMPACITY	= 10,
	OPENEVSE_FEATURE_ZERO_CROSS		= 11,
	OPENEVSE_FEATURE_RGB_LCD		= 12,
	OPENEVSE_FEATURE_CABLE_TEMPERATURE_CHECK = 13,
};

/**
 * struct openevse_feature - one feature (read by $GE; set by $FF, before RAPI
 *	4.0.0 by $SD $SF $SG $SR $SV, the display by $S0)
 * @feature: &enum openevse_feature_id
 * @enabled: 1 on, 0 off, whatever the firmware's own sense of it
 *
 * To switch off a protection needs CAP_SYS_ADMIN. Saved in the EEPROM.
 */
struct openevse_feature {
	__u32 feature;
	__u32 enabled;
};

#define OPENEVSE_SERVICE_LEVEL_AUTO	0

/**
 * struct openevse_service_level - mains the board expects (read by $GE, $SL)
 * @level: 1, 2, or OPENEVSE_SERVICE_LEVEL_AUTO
 * @active: 1 or 2, what is in force now; auto is decided at boot. Zero to set
 *	it.
 *
 * The current offered, and the largest that may be, change with the level, so
 * setting it needs CAP_SYS_ADMIN. Some builds (EU) have no automatic level.
 */
struct openevse_service_level {
	__u32 level;
	__u32 active;
};

/**
 * struct openevse_mennekes_lock - lock of a Mennekes socket ($G5, RAPI 5.2.0)
 * @locked: 1 locked, 0 not
 * @manual: 1 by command only, 0 by the state of charging
 */
struct openevse_mennekes_lock {
	__u32 locked;
	__u32 manual;
};

/**
 * struct openevse_mcu_id - serial number of the controller ($GI, RAPI 5.1.4)
 * @len: bytes in @id: 10 on AVR (the first six often are letters), 16 on SAMD,
 *	fewer when the firmware cut it at a zero byte
 * @reserved: zero
 * @id: the number; zero behind @len
 *
 * Unique only on boards with an ATmega328PB or SAMD.
 */
struct openevse_mcu_id {
	__u32 len;
	__u32 reserved;
	__u8 id[32];
};

/**
 * struct openevse_temperature_limits - where to get careful ($GO, $SO)
 * @ambient_mc: of the ambient sensor, m°C, a multiple of 100, to 150 000
 * @infrared_mc: of the infrared sensor, as well
 *
 * Only builds with the "NY" temperature monitoring, RAPI 1.0.3 to 5.x; they can be
 * set until RAPI 3.0.1. That needs CAP_SYS_ADMIN; both zero switches the check
 * off (from firmware D4.8.0).
 */
struct openevse_temperature_limits {
	__s32 ambient_mc;
	__s32 infrared_mc;
};

/**
 * struct openevse_panic_temperature - where charging ends ($GO, $FO, RAPI 6.0.0)
 * @panic_mc: m°C, a multiple of 100, 100 to 150 000
 * @reserved: zero
 *
 * Setting it needs CAP_SYS_ADMIN. Saved in the EEPROM.
 */
struct openevse_panic_temperature {
	__s32 panic_mc;
	__u32 reserved;
};

/* valid bits of struct openevse_cable_temperature */
#define OPENEVSE_CABLE_HAS_EV1		(1 << 0)
#define OPENEVSE_CABLE_HAS_EV2		(1 << 1)
#define OPENEVSE_CABLE_HAS_IN1		(1 << 2)
#define OPENEVSE_CABLE_HAS_IN2		(1 << 3)

/**
 * struct openevse_cable_temperature - sensors in the cables ($GN, RAPI 6.0.0)
 * @valid: OPENEVSE_CABLE_HAS_*; cleared where a sensor is not assigned to an
 *	input, open (no cable plugged in) or shorted
 * @ev1_mc: vehicle's cable, m°C
 * @ev2_mc: vehicle's cable, second sensor
 * @in1_mc: supply cable
 * @in2_mc: supply cable, second sensor
 * @reserved: zero
 */
struct openevse_cable_temperature {
	__u32 valid;
	__s32 ev1_mc;
	__s32 ev2_mc;
	__s32 in1_mc;
	__s32 in2_mc;
	__u32 reserved;
};

/**
 * struct openevse_cable_sensor - one of them ($GN n, $SN, RAPI 6.0.0)
 * @index: 0 to 3, in the order of &struct openevse_cable_temperature; all that
 *	is looked at when asking
 * @pin: 0 not assigned, 1 PP_READ, 2 PP2_READ; assigning one to pin 1 switches
 *	%OPENEVSE_FEATURE_PP_AUTO_AMPACITY off
 * @r25_ohm: resistance at 25 °C, ohm, 100 to 65535
 * @beta_k: beta coefficient, kelvin, 1000 to 6000
 * @offset_mc: added to the reading, m°C, a multiple of 100, -200 000 to 200 000
 * @panic_mc: charging ends there, m°C, a multiple of 100, 30 000 to 150 000
 *
 * Setting it needs CAP_SYS_ADMIN. Saved in the EEPROM.
 */
struct openevse_cable_sensor {
	__u32 index;
	__u32 pin;
	__u32 r25_ohm;
	__u32 beta_k;
	__s32 offset_mc;
	__s32 panic_mc;
};

/* valid bits of struct openevse_relay_health */
#define OPENEVSE_RELAY_HAS_TRANSIT	(1 << 0)
#define OPENEVSE_RELAY_HAS_THERMAL	(1 << 1)
#define OPENEVSE_RELAY_HAS_BASELINE	(1 << 2)
#define OPENEVSE_RELAY_HAS_RECOVERIES	(1 << 3)

/**
 * struct openevse_relay_health - wear of the contactor ($GL, RAPI 6.0.0)
 * @life_left: percent
 * @cold_opens: switched off without current
 * @damage_ppm: accumulated damage, millionths of a life
 * @transit_us: time the contacts take, baseline, µs
 * @drift: 1 when that time drifts
 * @thermal_centi: heat index, hundredths
 * @baseline_centi: heat index when new, hundredths
 * @warning: 0 none, 1 plan a replacement, 2 replace
 * @recoveries: stuck relay recoveries
 * @valid: OPENEVSE_RELAY_HAS_*; cleared for what has not been measured yet
 */
struct openevse_relay_health {
	__u32 life_left;
	__u32 cold_opens;
	__u32 damage_ppm;
	__u32 transit_us;
	__u32 drift;
	__u32 thermal_centi;
	__u32 baseline_centi;
	__u32 warning;
	__u32 recoveries;
	__u32 valid;
};

/* valid bits of struct openevse_relay_timing */
#define OPENEVSE_TIMING_HAS_CLOSE	(1 << 0)
#define OPENEVSE_TIMING_HAS_OPEN	(1 << 1)

/**
 * struct openevse_relay_timing - last switching ($GW, RAPI 6.0.0)
 * @hot_opens: switched off under current; stops at 65534
 * @last_open_ma: current before the last switching off, mA
 * @close_ms: time to close, ms
 * @open_ms: time to open, ms
 * @valid: OPENEVSE_TIMING_HAS_*; cleared where it was not confirmed
 * @reserved: zero
 */
struct openevse_relay_timing {
	__u32 hot_opens;
	__s32 last_open_ma;
	__u32 close_ms;
	__u32 open_ms;
	__u32 valid;
	__u32 reserved;
};

/**
 * struct openevse_zero_cross - zero crossing ($GZ, $SZ, RAPI 6.0.0)
 * @frequency_mhz: of the mains, millihertz; 0 when not measured; zero to set
 *	the other
 * @threshold_ma: less than this counts as no current, mA, 0 to 5000
 *
 * Setting it needs CAP_SYS_ADMIN. Saved in the EEPROM.
 */
struct openevse_zero_cross {
	__u32 frequency_mhz;
	__u32 threshold_ma;
};

/**
 * struct openevse_relays - which relay outputs are used ($GR, RAPI 6.0.0)
 * @dc1: 1 used
 * @dc2: 1 used
 * @ac: 1 used
 * @reserved: zero
 */
struct openevse_relays {
	__u32 dc1;
	__u32 dc2;
	__u32 ac;
	__u32 reserved;
};

#define OPENEVSE_RELAY_DC1	1
#define OPENEVSE_RELAY_DC2	2
#define OPENEVSE_RELAY_AC	3

/**
 * struct openevse_relay - use a relay output, or not ($SR n, RAPI 6.0.0)
 * @relay: OPENEVSE_RELAY_DC1, ...
 * @enabled: 1 used, 0 not
 *
 * Needs CAP_SYS_ADMIN. Saved in the EEPROM; takes effect when the board
 * restarts.
 */
struct openevse_relay {
	__u32 relay;
	__u32 enabled;
};

/**
 * enum openevse_lcd_color - of the display's light
 * @OPENEVSE_LCD_OFF: dark
 * @OPENEVSE_LCD_RED: red
 * @OPENEVSE_LCD_GREEN: green
 * @OPENEVSE_LCD_YELLOW: yellow
 * @OPENEVSE_LCD_BLUE: blue
 * @OPENEVSE_LCD_VIOLET: violet
 * @OPENEVSE_LCD_TEAL: teal
 * @OPENEVSE_LCD_WHITE: white
 */
enum openevse_lcd_color {
	OPENEVSE_LCD_OFF	= 0,
	OPENEVSE_LCD_RED	= 1,
	OPENEVSE_LCD_GREEN	= 2,
	OPENEVSE_LCD_YELLOW	= 3,
	OPENEVSE_LCD_BLUE	= 4,
	OPENEVSE_LCD_VIOLET	= 5,
	OPENEVSE_LCD_TEAL	= 6,
	OPENEVSE_LCD_WHITE	= 7,
};

/**
 * struct openevse_lcd_backlight_color - colour of the display ($FB)
 * @color: &enum openevse_lcd_color
 * @reserved: zero
 *
 * The board sets its own with the next change of state, unless
 * OPENEVSE_SET_LCD_UPDATES has stopped that.
 */
struct openevse_lcd_backlight_color {
	__u32 color;
	__u32 reserved;
};

/** Columns and rows of the display. */
#define OPENEVSE_LCD_COLUMNS	16
#define OPENEVSE_LCD_ROWS	2

/** Bytes of a text for the display with its final NUL. */
#define OPENEVSE_DISPLAY_TEXT_LEN	24

/**
 * struct openevse_display_text - write on the display ($FP)
 * @x: first column, 0 to 15
 * @y: row, 0 or 1
 * @text: what fits into the row from there on (-ERANGE otherwise),
 *	NUL-terminated, in the display's own characters. -EINVAL for control
 *	characters, '$', '^', '*', and for a word that begins with ':'.
 *
 * Text with many spaces takes several commands; all spaces are kept. Refused
 * (-EREMOTEIO) while a hard fault is shown (firmware 7.1.1 and later).
 */
struct openevse_display_text {
	__u32 x;
	__u32 y;
	char text[OPENEVSE_DISPLAY_TEXT_LEN];
};

/* flags of struct openevse_current_capacity */
#define OPENEVSE_CAPACITY_SAVE	(1 << 0)  /* write it to the board's EEPROM */

/* valid bits of struct openevse_current_capacity */
#define OPENEVSE_CAPACITY_HAS_RESULT	(1 << 0)

/**
 * struct openevse_current_capacity - set the current offered ($SC)
 * @capacity_ma: asked for, mA, a multiple of 1000
 * @flags: OPENEVSE_CAPACITY_SAVE: survives a reset of the board, and wears its
 *	EEPROM (rated 100 000 writes). Without it the setting is volatile.
 * @result_ma: out: what the board offers now, mA, by its own word
 * @valid: out: OPENEVSE_CAPACITY_HAS_RESULT
 *
 * @result_ma is also filled in where the call fails because the board chose
 * another value (-EREMOTEIO): its own maximum, the saved value as a cap for
 * volatile ones (firmware 5.0 and later), or what heat allows. Less than the
 * board's minimum is -ERANGE and is not sent, because the board would offer its
 * minimum. What the board offers already is not sent again.
 *
 * Firmware before RAPI 2.0.2 cannot set the current without saving it: without
 * OPENEVSE_CAPACITY_SAVE the call is -EOPNOTSUPP there.
 *
 * OPENEVSE_SET_CURRENT_CAPACITY_MAX ($SC M, RAPI 5.1.1, CAP_SYS_ADMIN) takes the
 * same struct without flags: the largest current this board will ever offer at
 * level 2. The board takes it once and for all; later calls return -EREMOTEIO
 * with the maximum in @result_ma. It is sent once.
 *
 * OPENEVSE_HEARTBEAT_ACKNOWLEDGE ($SY 165, RAPI 5.0.0) takes it as well: the
 * board forgives a missed pulse by going to its saved current at once, so that
 * and the current to offer from now on are one call.
 */
struct openevse_current_capacity {
	__u32 capacity_ma;
	__u32 flags;
	__u32 result_ma;
	__u32 valid;
};

/** Bytes of a raw command with its final NUL. */
#define OPENEVSE_RAW_LEN	64
/** Bytes of a raw reply: more than any firmware sends. */
#define OPENEVSE_RAW_REPLY_LEN	128

/* Longest wait for one raw reply, ms. */
#define OPENEVSE_RAW_TIMEOUT_MAX	60000

/* result of struct openevse_raw */
#define OPENEVSE_RAW_OK	0
#define OPENEVSE_RAW_NK	1

/**
 * struct openevse_raw - one RAPI exchange in the board's own words
 * @command: in: mnemonic and arguments without '$', sequence id, checksum and
 *	CR: "GP", "FP 0 0 HELLO"; NUL-terminated
 * @timeout_ms: in: how long to wait for the reply, up to
 *	OPENEVSE_RAW_TIMEOUT_MAX; 0 for 6000
 * @reserved: zero
 * @result: out: OPENEVSE_RAW_OK or OPENEVSE_RAW_NK; $NK is not an error here
 * @reply_len: out: bytes in @reply (a reply may contain NUL: $GI)
 * @reply: out: what followed OK or NK, without id and checksum
 *
 * Needs CAP_SYS_RAWIO and a file open for writing. Sent once, never again by
 * itself. -EINVAL for what could smuggle bytes or is never safe (echo mode, SK
 * without its argument, FR, which has an ioctl of its own because the board does
 * not answer it).
 */
struct openevse_raw {
	char command[OPENEVSE_RAW_LEN];
	__u32 timeout_ms;
	__u32 reserved;
	__u32 result;
	__u32 reply_len;
	__u8 reply[OPENEVSE_RAW_REPLY_LEN];
};

/** Longest time OPENEVSE_SET_TIMEOUT takes, in ms. */
#define OPENEVSE_TIMEOUT_MAX	600000

/**
 * struct openevse_timeout - how long this file's calls may take
 * @timeout_ms: for one ioctl with all its exchanges and retries, 1 to
 *	%OPENEVSE_TIMEOUT_MAX; 0: the driver's own, about 10 s, and more for
 *	commands the board takes long to execute
 * @reserved: zero
 *
 * What has not been sent by then never is. The driver does not leave at that a
 * current that may have become larger than was asked, or may have become larger
 * as a side effect: such a call takes longer.
 */
struct openevse_timeout {
	__u32 timeout_ms;
	__u32 reserved;
};

/** Oldest answer OPENEVSE_SET_MAX_AGE takes, in ms. */
#define OPENEVSE_MAX_AGE_MAX	3600000

/**
 * struct openevse_max_age - how old the answers to this file's getters may be
 * @max_age_ms: 0 to %OPENEVSE_MAX_AGE_MAX; 0, as at open(): ask the board
 * @reserved: zero
 *
 * An answer is as old as its question. What was known before the board said
 * something of its own accord, before any program has changed something, before
 * a reply has shown a change, or before the board was lost, is never given.
 */
struct openevse_max_age {
	__u32 max_age_ms;
	__u32 reserved;
};

/**
 * enum openevse_support - can this board do it?
 * @OPENEVSE_SUPPORT_UNTRIED: firmware of this version can be built with it or
 *	without; it has not been tried yet
 * @OPENEVSE_SUPPORT_NO: -EOPNOTSUPP
 * @OPENEVSE_SUPPORT_YES: yes
 */
enum openevse_support {
	OPENEVSE_SUPPORT_UNTRIED	= 0,
	OPENEVSE_SUPPORT_NO		= 1,
	OPENEVSE_SUPPORT_YES		= 2,
};

/* flags of struct openevse_capability */
#define OPENEVSE_CAPABILITY_CONTROL	(1 << 0)  /* needs a file open for writing */
#define OPENEVSE_CAPABILITY_PRIVILEGED	(1 << 1)  /* needs a privilege on top */
#define OPENEVSE_CAPABILITY_PROTECTS	(1 << 2)  /* switching it off does */
#define OPENEVSE_CAPABILITY_EEPROM	(1 << 3)  /* wears the board's EEPROM */
#define OPENEVSE_CAPABILITY_STATE	(1 << 4)  /* depends on the board's state */
#define OPENEVSE_CAPABILITY_PROVEN	(1 << 5)  /* success is the board's own word */
#define OPENEVSE_CAPABILITY_ONCE	(1 << 6)  /* cannot be undone */

/**
 * struct openevse_capability - what would that call do on this board?
 * @request: in: number of an ioctl of this header
 * @item: in: feature or relay where it takes one; OPENEVSE_CAPACITY_SAVE for
 *	the current that is saved; zero otherwise
 * @support: out: &enum openevse_support
 * @flags: out: OPENEVSE_CAPABILITY_*
 * @min: out: smallest value of its first argument, in the unit of its struct
 * @max: out: largest; both are zero where it takes no number. For the current
 *	these are bounds for any board; OPENEVSE_GET_CURRENT_CAPACITY_RANGE has
 *	those of this one.
 * @step: out: it must be a multiple of this
 * @deadline_ms: out: how long the board may take for it, ms
 * @command: out: how it is said on this firmware: "SD", "FF D"; "" for what never
 *	touches the wire or is not there
 * @reserved: zero, also when asking (-EINVAL)
 *
 * Changes nothing. What a build has is found out by its getters, so the board
 * may be asked, once; what has no getter is untried until it is used.
 */
struct openevse_capability {
	__u32 request;
	__u32 item;
	__u32 support;
	__u32 flags;
	__s64 min;
	__s64 max;
	__u32 step;
	__u32 deadline_ms;
	char command[8];
	__u32 reserved[4];
};

/* Never on the wire */
#define OPENEVSE_GET_INFO	_IOR(OPENEVSE_IOC_MAGIC, 0x00, struct openevse_info)
#define OPENEVSE_GET_STATS	_IOR(OPENEVSE_IOC_MAGIC, 0x01, struct openevse_stats)
#define OPENEVSE_GET_CLIENT	_IOWR(OPENEVSE_IOC_MAGIC, 0x2b, struct openevse_client)
/* For this open file; every file may */
#define OPENEVSE_SET_TIMEOUT	_IOW(OPENEVSE_IOC_MAGIC, 0x03, struct openevse_timeout)
#define OPENEVSE_SET_MAX_AGE	_IOW(OPENEVSE_IOC_MAGIC, 0x04, struct openevse_max_age)
/*
 * For this open file, which must be writable. On, as at open(): what would
 * write the EEPROM is refused (-EDQUOT) after 100 such commands, and one more
 * each hour; the kernel's log tells who it was. That way a board lasts for ten
 * years. Off: it is only logged. Never refused: lowering the current, switching
 * a protection on, OPENEVSE_RAW.
 */
#define OPENEVSE_SET_EEPROM_GUARD \
	_IOW(OPENEVSE_IOC_MAGIC, 0x05, struct openevse_switch)
/* May ask the board, once */
#define OPENEVSE_GET_CAPABILITY \
	_IOWR(OPENEVSE_IOC_MAGIC, 0x02, struct openevse_capability)
/* On the attached tty, not on /dev/openevseN: which N is it? */
#define OPENEVSE_TTY_GET_INDEX	_IOR(OPENEVSE_IOC_MAGIC, 0x06, __u32)
#define OPENEVSE_RAW		_IOWR(OPENEVSE_IOC_MAGIC, 0x07, struct openevse_raw)

/* Ask; any open file */
#define OPENEVSE_GET_VERSION	_IOR(OPENEVSE_IOC_MAGIC, 0x08, struct openevse_version)
#define OPENEVSE_GET_STATE	_IOR(OPENEVSE_IOC_MAGIC, 0x09, struct openevse_state)
#define OPENEVSE_GET_SETTINGS	_IOR(OPENEVSE_IOC_MAGIC, 0x0a, struct openevse_settings)
#define OPENEVSE_GET_CURRENT_CAPACITY_RANGE \
	_IOR(OPENEVSE_IOC_MAGIC, 0x0b, struct openevse_current_capacity_range)
#define OPENEVSE_GET_CHARGING_CURRENT_AND_VOLTAGE \
	_IOR(OPENEVSE_IOC_MAGIC, 0x0c, struct openevse_charging_current_and_voltage)
#define OPENEVSE_GET_ENERGY	_IOR(OPENEVSE_IOC_MAGIC, 0x0d, struct openevse_energy)
#define OPENEVSE_GET_VEHICLE	_IOR(OPENEVSE_IOC_MAGIC, 0x0e, struct openevse_vehicle)
#define OPENEVSE_GET_TIME_LIMIT	_IOR(OPENEVSE_IOC_MAGIC, 0x0f, struct openevse_time_limit)
#define OPENEVSE_GET_CHARGE_LIMIT \
	_IOR(OPENEVSE_IOC_MAGIC, 0x10, struct openevse_charge_limit)
#define OPENEVSE_GET_AMMETER_SETTINGS \
	_IOR(OPENEVSE_IOC_MAGIC, 0x11, struct openevse_meter_settings)
#define OPENEVSE_GET_VOLTMETER_SETTINGS \
	_IOR(OPENEVSE_IOC_MAGIC, 0x12, struct openevse_meter_settings)
#define OPENEVSE_GET_TIMER	_IOR(OPENEVSE_IOC_MAGIC, 0x13, struct openevse_timer)
#define OPENEVSE_GET_FAULT_COUNTERS \
	_IOR(OPENEVSE_IOC_MAGIC, 0x14, struct openevse_fault_counters)
#define OPENEVSE_GET_TEMPERATURE \
	_IOR(OPENEVSE_IOC_MAGIC, 0x15, struct openevse_temperature)
#define OPENEVSE_GET_TIME	_IOR(OPENEVSE_IOC_MAGIC, 0x16, struct openevse_time)
#define OPENEVSE_GET_HEARTBEAT	_IOR(OPENEVSE_IOC_MAGIC, 0x17, struct openevse_heartbeat)
#define OPENEVSE_GET_FEATURE	_IOWR(OPENEVSE_IOC_MAGIC, 0x18, struct openevse_feature)
#define OPENEVSE_GET_SERVICE_LEVEL \
	_IOR(OPENEVSE_IOC_MAGIC, 0x19, struct openevse_service_level)
#define OPENEVSE_GET_MENNEKES_LOCK \
	_IOR(OPENEVSE_IOC_MAGIC, 0x1a, struct openevse_mennekes_lock)
#define OPENEVSE_GET_MCU_ID	_IOR(OPENEVSE_IOC_MAGIC, 0x1b, struct openevse_mcu_id)
#define OPENEVSE_GET_RELAY_HEALTH \
	_IOR(OPENEVSE_IOC_MAGIC, 0x1c, struct openevse_relay_health)
#define OPENEVSE_GET_RELAY_TIMING \
	_IOR(OPENEVSE_IOC_MAGIC, 0x1d, struct openevse_relay_timing)
#define OPENEVSE_GET_ZERO_CROSS	_IOR(OPENEVSE_IOC_MAGIC, 0x1e, struct openevse_zero_cross)
#define OPENEVSE_GET_RELAYS	_IOR(OPENEVSE_IOC_MAGIC, 0x1f, struct openevse_relays)
/* Does the board refuse to charge until somebody has a right to? ($G4) */
#define OPENEVSE_GET_AUTH_LOCK	_IOR(OPENEVSE_IOC_MAGIC, 0x20, struct openevse_switch)
#define OPENEVSE_GET_TEMPERATURE_LIMITS \
	_IOR(OPENEVSE_IOC_MAGIC, 0x21, struct openevse_temperature_limits)
#define OPENEVSE_GET_PANIC_TEMPERATURE \
	_IOR(OPENEVSE_IOC_MAGIC, 0x22, struct openevse_panic_temperature)
#define OPENEVSE_GET_CABLE_TEMPERATURE \
	_IOR(OPENEVSE_IOC_MAGIC, 0x23, struct openevse_cable_temperature)
#define OPENEVSE_GET_CABLE_SENSOR \
	_IOWR(OPENEVSE_IOC_MAGIC, 0x24, struct openevse_cable_sensor)

/* Control; a file open for writing */

/*
 * Leave sleep or disabled ($FE). Success says that the board took it, not that
 * it charges: that takes a vehicle and comes as a state event.
 */
#define OPENEVSE_ENABLE		_IO(OPENEVSE_IOC_MAGIC, 0x30)
/* Open the relay and refuse to charge ($FD). */
#define OPENEVSE_DISABLE	_IO(OPENEVSE_IOC_MAGIC, 0x31)
/* Pause: open the relay, keep the session ($FS). */
#define OPENEVSE_SLEEP		_IO(OPENEVSE_IOC_MAGIC, 0x32)
/*
 * Restart the controller ($FR). The board only answers this when it has not
 * understood it: the call returns two seconds later, or after three refusals. A
 * boot event tells when the board is back.
 */
#define OPENEVSE_RESET		_IO(OPENEVSE_IOC_MAGIC, 0x33)
#define OPENEVSE_SET_CURRENT_CAPACITY \
	_IOWR(OPENEVSE_IOC_MAGIC, 0x34, struct openevse_current_capacity)
#define OPENEVSE_SET_VOLTAGE	_IOW(OPENEVSE_IOC_MAGIC, 0x0c, struct openevse_voltage)
#define OPENEVSE_SET_TIME_LIMIT	_IOW(OPENEVSE_IOC_MAGIC, 0x0f, struct openevse_time_limit)
#define OPENEVSE_SET_CHARGE_LIMIT \
	_IOW(OPENEVSE_IOC_MAGIC, 0x10, struct openevse_charge_limit)
#define OPENEVSE_SET_TIMER	_IOW(OPENEVSE_IOC_MAGIC, 0x13, struct openevse_timer)
/* -ENODATA without a clock chip. Sent once, so that it is never late. */
#define OPENEVSE_SET_TIME	_IOW(OPENEVSE_IOC_MAGIC, 0x16, struct openevse_time)
#define OPENEVSE_SET_HEARTBEAT	_IOW(OPENEVSE_IOC_MAGIC, 0x17, struct openevse_heartbeat)
/*
 * This host is alive ($SY). -EREMOTEIO when a pulse was missed before and the
 * current is limited: the struct is filled in all the same. What is in it before
 * does not matter.
 */
#define OPENEVSE_HEARTBEAT_PULSE \
	_IOWR(OPENEVSE_IOC_MAGIC, 0x36, struct openevse_heartbeat)
#define OPENEVSE_HEARTBEAT_ACKNOWLEDGE \
	_IOWR(OPENEVSE_IOC_MAGIC, 0x37, struct openevse_current_capacity)
#define OPENEVSE_SET_FEATURE	_IOW(OPENEVSE_IOC_MAGIC, 0x18, struct openevse_feature)
/* 1: refuse to charge until it is 0 again ($S4). Volatile. */
#define OPENEVSE_SET_AUTH_LOCK	_IOW(OPENEVSE_IOC_MAGIC, 0x20, struct openevse_switch)
/* 1: locked; only in manual mode ($S5 0, $S5 1). */
#define OPENEVSE_SET_MENNEKES_LOCK \
	_IOW(OPENEVSE_IOC_MAGIC, 0x1a, struct openevse_switch)
/* 1: by command only, until the board restarts ($S5 M, $S5 A). */
#define OPENEVSE_SET_MENNEKES_MANUAL \
	_IOW(OPENEVSE_IOC_MAGIC, 0x25, struct openevse_switch)
/* 0: the board leaves the display to others ($F0, firmware D4.7.0). Volatile. */
#define OPENEVSE_SET_LCD_UPDATES \
	_IOW(OPENEVSE_IOC_MAGIC, 0x26, struct openevse_switch)
#define OPENEVSE_SET_LCD_BACKLIGHT_COLOR \
	_IOW(OPENEVSE_IOC_MAGIC, 0x27, struct openevse_lcd_backlight_color)
#define OPENEVSE_DISPLAY_TEXT	_IOW(OPENEVSE_IOC_MAGIC, 0x28, struct openevse_display_text)
/*
 * A short press of the front button ($F1, RAPI 4.0.1), which may start or stop
 * charging. Sent once.
 */
#define OPENEVSE_PRESS_BUTTON	_IO(OPENEVSE_IOC_MAGIC, 0x38)
/*
 * Let the board charge after its boot ($SB, RAPI 5.2.1): says that somebody
 * supervises it. -EREMOTEIO while it is in a fault.
 */
#define OPENEVSE_CLEAR_BOOT_LOCK	_IO(OPENEVSE_IOC_MAGIC, 0x39)
/*
 * The board sends back each byte it receives ($SE, until RAPI 3.0.1). The driver
 * copes; this is for switching it off again. Newer firmware never can.
 */
#define OPENEVSE_SET_ECHO	_IOW(OPENEVSE_IOC_MAGIC, 0x2a, struct openevse_switch)

/* Privileged; CAP_SYS_ADMIN and a file open for writing */

#define OPENEVSE_SET_CURRENT_CAPACITY_MAX \
	_IOWR(OPENEVSE_IOC_MAGIC, 0x35, struct openevse_current_capacity)
#define OPENEVSE_SET_ACCUMULATED_WH \
	_IOW(OPENEVSE_IOC_MAGIC, 0x0d, struct openevse_accumulated_wh)
#define OPENEVSE_SET_AMMETER_SETTINGS \
	_IOW(OPENEVSE_IOC_MAGIC, 0x11, struct openevse_meter_settings)
#define OPENEVSE_SET_VOLTMETER_SETTINGS \
	_IOW(OPENEVSE_IOC_MAGIC, 0x12, struct openevse_meter_settings)
/* 1: read the ammeter also while not charging ($S2, firmware before 8.0). */
#define OPENEVSE_SET_AMMETER_CALIBRATION \
	_IOW(OPENEVSE_IOC_MAGIC, 0x29, struct openevse_switch)
#define OPENEVSE_SET_SERVICE_LEVEL \
	_IOW(OPENEVSE_IOC_MAGIC, 0x19, struct openevse_service_level)
#define OPENEVSE_SET_ZERO_CROSS	_IOW(OPENEVSE_IOC_MAGIC, 0x1e, struct openevse_zero_cross)
#define OPENEVSE_SET_RELAY	_IOW(OPENEVSE_IOC_MAGIC, 0x1f, struct openevse_relay)
#define OPENEVSE_SET_TEMPERATURE_LIMITS \
	_IOW(OPENEVSE_IOC_MAGIC, 0x21, struct openevse_temperature_limits)
#define OPENEVSE_SET_PANIC_TEMPERATURE \
	_IOW(OPENEVSE_IOC_MAGIC, 0x22, struct openevse_panic_temperature)
#define OPENEVSE_SET_CABLE_SENSOR \
	_IOW(OPENEVSE_IOC_MAGIC, 0x24, struct openevse_cable_sensor)
/* Fault counters and the total energy become zero ($FC, RAPI 6.0.0). */
#define OPENEVSE_CLEAR_COUNTERS	_IO(OPENEVSE_IOC_MAGIC, 0x3a)
/* The contactor is a new one: its wear is forgotten ($FH, RAPI 6.0.0). */
#define OPENEVSE_RESET_RELAY_HEALTH	_IO(OPENEVSE_IOC_MAGIC, 0x3b)
/*
 * Switch a stuck relay to and fro until it comes free ($FK, RAPI 6.0.0): up to
 * 30 s in which the board answers nothing else. -EREMOTEIO with a vehicle
 * connected, or when it is stuck still. Sent once.
 */
#define OPENEVSE_RECOVER_RELAY	_IO(OPENEVSE_IOC_MAGIC, 0x3c)

/**
 * enum openevse_event_type - what a record read() returned is about
 * @OPENEVSE_EVENT_STATE: state, pilot, flags or offered current changed
 * @OPENEVSE_EVENT_BOOT: the controller has restarted
 * @OPENEVSE_EVENT_BUTTON: front button pressed while it is disabled ($AN)
 * @OPENEVSE_EVENT_WIFI: the board asks for a WiFi mode ($WF)
 * @OPENEVSE_EVENT_LINK: the board stopped answering, or answers again
 * @OPENEVSE_EVENT_SETTING: a program changed something
 * @OPENEVSE_EVENT_DETACHED: unplugged or detached; nothing follows
 * @OPENEVSE_EVENT_ECHO: the board sends back what it receives, or no more. The
 *	driver is immune to it; another program switched it on, and from firmware
 *	4.9.1 on only a restart ends it.
 *
 * New kinds may be added; skip those you do not know.
 */
enum openevse_event_type {
	OPENEVSE_EVENT_STATE	= 1,
	OPENEVSE_EVENT_BOOT	= 2,
	OPENEVSE_EVENT_BUTTON	= 3,
	OPENEVSE_EVENT_WIFI	= 4,
	OPENEVSE_EVENT_LINK	= 5,
	OPENEVSE_EVENT_SETTING	= 6,
	OPENEVSE_EVENT_DETACHED	= 7,
	OPENEVSE_EVENT_ECHO	= 8,
};

/* flags of struct openevse_event */

/* The present at open(), not a change. */
#define OPENEVSE_EVENT_FLAG_INITIAL	(1 << 0)
/* This reader has lost events before this one. */
#define OPENEVSE_EVENT_FLAG_DROPPED	(1 << 1)
/*
 * Noticed in a reply: the board's own message was lost, or never sent. A BOOT
 * with this flag is older than the record: only what it changed was seen.
 */
#define OPENEVSE_EVENT_FLAG_POLLED	(1 << 2)

/* valid bits of struct openevse_event_state */
#define OPENEVSE_EVENT_HAS_STATE	(1 << 0)
#define OPENEVSE_EVENT_HAS_PILOT	(1 << 1)
#define OPENEVSE_EVENT_HAS_VFLAGS	(1 << 2)
#define OPENEVSE_EVENT_HAS_CAPACITY	(1 << 3)

/**
 * struct openevse_event_state - of %OPENEVSE_EVENT_STATE
 * @valid: OPENEVSE_EVENT_HAS_*; nothing is, before the board has answered
 * @state: &enum openevse_evse_state
 * @from: the state before; equals @state in an INITIAL record, and where only
 *	the other fields changed
 * @pilot_state: what the pilot line alone says
 * @link: &enum openevse_link at that moment
 * @vflags: OPENEVSE_VFLAG_*
 * @capacity_ma: current offered, mA
 */
struct openevse_event_state {
	__u32 valid;
	__u16 state;
	__u16 from;
	__u16 pilot_state;
	__u16 link;
	__u32 vflags;
	__u32 capacity_ma;
};

/* valid bits of struct openevse_event_boot */
#define OPENEVSE_BOOT_HAS_POST	(1 << 0)

/**
 * struct openevse_event_boot - of %OPENEVSE_EVENT_BOOT
 * @valid: OPENEVSE_BOOT_HAS_POST
 * @post: &enum openevse_evse_state at the end of the power-on self test;
 *	anything but 0 is a failure, 0xfe: sent to sleep by the delay timer
 * @firmware: version text, "" where the boot message has none
 */
struct openevse_event_boot {
	__u32 valid;
	__u32 post;
	char firmware[OPENEVSE_VERSION_LEN];
};

/* valid bits of struct openevse_event_setting */
#define OPENEVSE_CHANGED_HAS_OLD	(1 << 0)
#define OPENEVSE_CHANGED_HAS_NEW	(1 << 1)

/**
 * struct openevse_event_setting - of %OPENEVSE_EVENT_SETTING
 * @request: the ioctl that did it: OPENEVSE_SET_TIMER, OPENEVSE_DISABLE, ...;
 *	OPENEVSE_RAW for a command in the board's own words
 * @pid: process that did it, in the initial PID namespace
 * @comm: its name, NUL-terminated
 * @old_value: before, in the unit of its struct
 * @new_value: now
 * @valid: OPENEVSE_CHANGED_HAS_*; values are there where it takes one number
 * @item: which feature or relay, where it takes one
 */
struct openevse_event_setting {
	__u32 request;
	__s32 pid;
	char comm[16];
	__s64 old_value;
	__s64 new_value;
	__u32 valid;
	__u32 item;
};

/**
 * struct openevse_event - one record of read(), always 64 bytes
 * @timestamp_ns: CLOCK_MONOTONIC when the driver learned it
 * @seqno: counts the board's events; a gap means that this reader lost some.
 *	The INITIAL record has the number of the last event before open().
 * @type: &enum openevse_event_type
 * @flags: OPENEVSE_EVENT_FLAG_*
 * @state: of OPENEVSE_EVENT_STATE
 * @boot: of OPENEVSE_EVENT_BOOT
 * @setting: of OPENEVSE_EVENT_SETTING
 * @link: of OPENEVSE_EVENT_LINK: &enum openevse_link
 * @button: of OPENEVSE_EVENT_BUTTON: 0 short, 1 long
 * @echo: of OPENEVSE_EVENT_ECHO: 1 it does, 0 no more
 * @wifi_mode: of OPENEVSE_EVENT_WIFI: 0 access point, 1 client, 2 default
 * @raw: the whole payload; unused bytes are zero
 *
 * read() returns whole records only; a buffer shorter than one is -EINVAL.
 * After the DETACHED record read() is -ENODEV and poll() says POLLHUP.
 */
struct openevse_event {
	__u64 timestamp_ns;
	__u32 seqno;
	__u16 type;
	__u16 flags;
	union {
		struct openevse_event_state state;
		struct openevse_event_boot boot;
		struct openevse_event_setting setting;
		__u32 link;
		__u32 button;
		__u32 echo;
		__u32 wifi_mode;
		__u8 raw[48];
	};
};

/* flags of struct openevse_client */
#define OPENEVSE_CLIENT_CONTROL	(1 << 0)	/* opened for writing */
#define OPENEVSE_CLIENT_SELF	(1 << 1)	/* the file that asks */

/**
 * struct openevse_client - a file that somebody has open on this board
 * @id: in: 0 for the first one, or the id of the one before; out: its own. It
 *	counts the files opened since the board was attached, so files come in the
 *	order in which they were opened, and none comes twice.
 * @opened_ns: CLOCK_MONOTONIC when it was opened
 * @changed_ns: the same of @change; 0 for none
 * @events_read: records it has read; 0 for one that does not care for events
 * @events_waiting: records it could read now, 64 at most
 * @events_lost: records it was too slow for
 * @flags: OPENEVSE_CLIENT_*
 * @pid: process that opened it, as the caller's PID namespace numbers it; 0 where
 *	that does not know it. The process may have handed it on, or be gone.
 * @comm: the name of that process when it opened it, NUL-terminated
 * @change: the last change that was made through it, as its SETTING event has it;
 *	request is 0 for none. Its pid is numbered as @pid is.
 * @reserved: zero, also when asking (-EINVAL)
 *
 * Never touches the wire. -ENOENT behind the last one. Files opened or closed
 * meanwhile do no harm: those that stay are all seen, once.
 */
struct openevse_client {
	__u64 id;
	__u64 opened_ns;
	__u64 changed_ns;
	__u64 events_read;
	__u32 events_waiting;
	__u32 events_lost;
	__u32 flags;
	__s32 pid;
	char comm[16];
	struct openevse_event_setting change;
	__u32 reserved[4];
};

#endif /* _UAPI_LINUX_OPENEVSE_H */

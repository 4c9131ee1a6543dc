/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * OpenEVSE charging station: the contract of /dev/openevseN
 *
 * One ioctl for each RAPI command, in plain units, the same on every firmware;
 * read() and poll() for events. The driver knows the dialects of the firmware.
 *
 * Rights: every open file may ask and read events. What changes something
 * needs a file opened for writing (-EPERM otherwise).
 *
 * Errors of every ioctl that talks to the board:
 *
 *  -ETIMEDOUT   the board did not answer in time, after all retries
 *  -EBADMSG     what came back was damaged, after all retries
 *  -EREMOTEIO   the board refused ($NK), or did less than was asked
 *  -EOPNOTSUPP  this firmware has not got it
 *  -ERANGE      an argument no firmware accepts; nothing was sent
 *  -EINVAL      no such unit, unknown flag, reserved field not zero, text that
 *               may not be sent; nothing was sent
 *  -EPERM       the file or the caller lacks the right; nothing was sent
 *  -EINTR       a signal came while waiting; a setter may have been executed
 *  -ENODATA     the board has no value for it (no clock chip)
 *  -ENODEV      unplugged or detached; it will not come back on this file
 *  -ENOTTY      no such ioctl
 */
#ifndef _UAPI_LINUX_OPENEVSE_H
#define _UAPI_LINUX_OPENEVSE_H

#include <linux/ioctl.h>
#include <linux/types.h>

/** Version of this contract; grows when something is added. */
#define OPENEVSE_ABI_VERSION	1

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
 * @exchanges: commands completed, whatever the outcome
 * @retries: commands sent again
 * @timeouts: tries the board did not answer in time
 * @refused: $NK answers
 * @resyncs: times the driver had to find the board's rhythm again
 * @resets: resets of the board noticed
 * @events: events published
 * @dropped: events a slow reader lost, summed over all readers
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
	__u64 reserved;
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
 *	when none runs; not reset when the vehicle leaves
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
 * struct openevse_time_limit - end the session after that time ($G3)
 * @minutes: a multiple of 15, 0 to 3825; 0 for no limit
 * @reserved: zero
 *
 * Volatile.
 */
struct openevse_time_limit {
	__u32 minutes;
	__u32 reserved;
};

/**
 * struct openevse_charge_limit - end the session after that energy ($GH)
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
 * struct openevse_meter_settings - calibration of a meter ($GA, $GM)
 * @scale: factor, in units of the board's converter
 * @offset: added, in mA or mV
 */
struct openevse_meter_settings {
	__s32 scale;
	__s32 offset;
};

/**
 * struct openevse_timer - daily delay timer ($GD, RAPI 3.0.1)
 * @start_hour: 0 to 23
 * @start_minute: 0 to 59
 * @end_hour: 0 to 23
 * @end_minute: 0 to 59
 *
 * All zero: no timer.
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
 *	Before RAPI 4.0.1 a missing sensor cannot be told from one at 0 °C: a
 *	value of exactly 0 is taken as missing there.
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
 * struct openevse_time - clock of the board, local time as set ($GT)
 * @year: 2000 to 2099
 * @month: 1 to 12
 * @day: 1 to 31
 * @hour: 0 to 23
 * @minute: 0 to 59
 * @second: 0 to 59
 *
 * -ENODATA without a clock chip.
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
 * @interval_s: without a command for that long the board lowers its current to
 *	@current_ma; 0 for no supervision
 * @current_ma: mA
 * @missed: OPENEVSE_HEARTBEAT_NEVER_MISSED, ...
 * @valid: OPENEVSE_HEARTBEAT_HAS_MISSED
 *
 * RAPI 5.0.0 and later. Saved in the EEPROM: a host that goes away for good
 * leaves the board at the lower current.
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
 * @OPENEVSE_FEATURE_BOOT_LOCK: do not charge until unlocked; RAPI 6.0.0
 * @OPENEVSE_FEATURE_PP_AUTO_AMPACITY: limit by the cable's rating; RAPI 6.0.0
 * @OPENEVSE_FEATURE_ZERO_CROSS: switch the relay at zero crossing; RAPI 6.0.0
 * @OPENEVSE_FEATURE_RGB_LCD: the display is the RGB one, not the monochrome
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
};

/**
 * struct openevse_feature - one feature (read by $GE)
 * @feature: in: &enum openevse_feature_id
 * @enabled: out: 1 on, 0 off, whatever the firmware's own sense of it
 */
struct openevse_feature {
	__u32 feature;
	__u32 enabled;
};

#define OPENEVSE_SERVICE_LEVEL_AUTO	0

/**
 * struct openevse_service_level - mains the board expects (read by $GE)
 * @level: 1, 2, or OPENEVSE_SERVICE_LEVEL_AUTO
 * @active: 1 or 2, what is in force now; auto is decided at boot
 *
 * The current offered changes with the level.
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

/* A counter the board does not have. */
#define OPENEVSE_NOT_AVAILABLE	0xffffffff

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
 * @recoveries: stuck relay recoveries, %OPENEVSE_NOT_AVAILABLE if not counted
 * @reserved: zero
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
	__u32 reserved;
};

/**
 * struct openevse_relay_timing - last switching ($GW, RAPI 6.0.0)
 * @hot_opens: switched off under current; stops at 65534
 * @last_open_ma: current at the last of them, mA
 * @close_ms: time to close, ms
 * @open_ms: time to open, ms; 300 when it was not confirmed
 */
struct openevse_relay_timing {
	__u32 hot_opens;
	__u32 last_open_ma;
	__u32 close_ms;
	__u32 open_ms;
};

/**
 * struct openevse_zero_cross - zero crossing ($GZ, RAPI 6.0.0)
 * @frequency_mhz: of the mains, millihertz; 0 when not measured
 * @threshold_ma: less than this counts as no current, mA
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

/* Never on the wire */
#define OPENEVSE_GET_INFO	_IOR(OPENEVSE_IOC_MAGIC, 0x00, struct openevse_info)
#define OPENEVSE_GET_STATS	_IOR(OPENEVSE_IOC_MAGIC, 0x01, struct openevse_stats)
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
#define OPENEVSE_GET_RELAY_HEALTH \
	_IOR(OPENEVSE_IOC_MAGIC, 0x1c, struct openevse_relay_health)
#define OPENEVSE_GET_RELAY_TIMING \
	_IOR(OPENEVSE_IOC_MAGIC, 0x1d, struct openevse_relay_timing)
#define OPENEVSE_GET_ZERO_CROSS	_IOR(OPENEVSE_IOC_MAGIC, 0x1e, struct openevse_zero_cross)
#define OPENEVSE_GET_RELAYS	_IOR(OPENEVSE_IOC_MAGIC, 0x1f, struct openevse_relays)

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
 * Restart the controller ($FR). The board never answers this: the call returns
 * when the command is sent; a boot event tells when it is back.
 */
#define OPENEVSE_RESET		_IO(OPENEVSE_IOC_MAGIC, 0x33)
#define OPENEVSE_SET_CURRENT_CAPACITY \
	_IOWR(OPENEVSE_IOC_MAGIC, 0x34, struct openevse_current_capacity)

/**
 * enum openevse_event_type - what a record read() returned is about
 * @OPENEVSE_EVENT_STATE: state, pilot, flags or offered current changed
 * @OPENEVSE_EVENT_BOOT: the controller has restarted
 * @OPENEVSE_EVENT_BUTTON: front button pressed while it is disabled ($AN)
 * @OPENEVSE_EVENT_WIFI: the board asks for a WiFi mode ($WF)
 * @OPENEVSE_EVENT_LINK: the board stopped answering, or answers again
 * @OPENEVSE_EVENT_SETTING: a program changed something
 * @OPENEVSE_EVENT_DETACHED: unplugged or detached; nothing follows
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
};

/* flags of struct openevse_event */

/* The present at open(), not a change. */
#define OPENEVSE_EVENT_FLAG_INITIAL	(1 << 0)
/* This reader has lost events before this one. */
#define OPENEVSE_EVENT_FLAG_DROPPED	(1 << 1)
/* Noticed in a reply: the board's own message was lost, or never sent. */
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

/* settings in struct openevse_event_setting */
#define OPENEVSE_CHANGED_CAPACITY	1	/* values in mA */
#define OPENEVSE_CHANGED_CONTROL	2	/* new value: OPENEVSE_CONTROL_* */

#define OPENEVSE_CONTROL_ENABLE		1
#define OPENEVSE_CONTROL_DISABLE	2
#define OPENEVSE_CONTROL_SLEEP		3
#define OPENEVSE_CONTROL_RESET		4

/* valid bits of struct openevse_event_setting */
#define OPENEVSE_CHANGED_HAS_OLD	(1 << 0)
#define OPENEVSE_CHANGED_HAS_NEW	(1 << 1)

/**
 * struct openevse_event_setting - of %OPENEVSE_EVENT_SETTING
 * @setting: OPENEVSE_CHANGED_CAPACITY, ...
 * @pid: process that did it, in the initial PID namespace
 * @comm: its name, NUL-terminated
 * @old_value: before
 * @new_value: now, by the board's own word
 * @valid: OPENEVSE_CHANGED_HAS_*
 * @reserved: zero
 */
struct openevse_event_setting {
	__u32 setting;
	__s32 pid;
	char comm[16];
	__s64 old_value;
	__s64 new_value;
	__u32 valid;
	__u32 reserved;
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
		__u32 wifi_mode;
		__u8 raw[48];
	};
};

#endif /* _UAPI_LINUX_OPENEVSE_H */

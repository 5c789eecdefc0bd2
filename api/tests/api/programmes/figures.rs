//! The golden figures: what a stay costs and counts, by programme, cities, fiscal year and household.

/// A stay, and what it must come to.
pub struct Golden {
    pub programme: &'static str,
    /// Initials of the facility's city, then the family's.
    pub cities: &'static str,
    /// Birth dates of the party.
    pub born: &'static [&'static str],
    /// Day, start, end; a later day of the end where there is a fourth word.
    pub stay: &'static str,
    pub reason: Option<&'static str>,
    pub extras: &'static [&'static str],
    pub classes: &'static [&'static str],
    /// The fee's lines of each child.
    pub lines: &'static [i64],
    /// Pool, period, counted, left after; separated by commas.
    pub counted: &'static str,
}

/// What most stays have.
const PLAIN: Golden = Golden {
    programme: "temporary_care",
    cities: "YY",
    born: &["2024-06-15"],
    stay: DAY,
    reason: Some("private"),
    extras: &[],
    classes: &[],
    lines: &[],
    counted: "",
};
const OPEN: Golden = Golden { programme: "open_nursery", born: &["2025-04-20"], reason: None, ..PLAIN };
const BABY: Golden = Golden { programme: "postnatal_stay", born: &["2026-04-10"], reason: None, ..PLAIN };
const SICK: Golden = Golden { programme: "sick_child", reason: None, stay: "2026-12-03 08:30 17:30", ..PLAIN };

const DAY: &str = "2026-12-03 08:30 16:30";
const MORNING: &str = "2026-12-03 08:30 12:30";
const AFTERNOON: &str = "2026-12-03 12:30 16:30";
const OLD_DAY: &str = "2026-02-05 08:30 16:30";
const OLD_MORNING: &str = "2026-02-05 08:30 12:30";
const OLD_AFTERNOON: &str = "2026-02-05 12:30 16:30";
const HOUR: &str = "2026-12-03 09:00 10:00";
const HALF_TWO: &str = "2026-12-03 09:00 10:30";
const TWO: &str = "2026-12-03 09:00 11:00";
const HALF_THREE: &str = "2026-12-03 09:00 11:30";
const OLD_HOUR: &str = "2026-02-05 09:00 10:00";
const OLD_HALF_TWO: &str = "2026-02-05 09:00 10:30";
const OLD_TWO: &str = "2026-02-05 09:00 11:00";
const NIGHT: &str = "2026-12-03 10:00 10:00 2026-12-04";
const TWO_NIGHTS: &str = "2026-12-03 10:00 10:00 2026-12-05";
const OLD_NIGHT: &str = "2026-02-05 10:00 10:00 2026-02-06";
/// A day of postnatal care.
pub const LONG_DAY: &str = "2026-12-03 10:00 16:00";
const OLD_LONG_DAY: &str = "2026-02-05 10:00 16:00";
const YEARS_NIGHT: &str = "2026-03-31 10:00 10:00 2026-04-01";
const MIDNIGHT: &str = "2026-03-31 23:00 01:00 2026-04-01";

const TWINS: &[&str] = &["2026-04-10", "2026-04-10"];
const TWO_THEN: &[&str] = &["2023-06-15"];
const ONE_THEN: &[&str] = &["2024-09-01"];
const THREE_THEN: &[&str] = &["2022-06-15"];
const BABY_THEN: &[&str] = &["2025-06-01"];

/// 一時預かり: ¥2,000 a day under three and ¥1,000 from three, half days half; 14 days a month, 12 in the year before.
pub const TEMPORARY_CARE: &[Golden] = &[
    Golden { lines: &[2000], counted: "temporary_care 2026-12 2 26", ..PLAIN },
    Golden { stay: MORNING, lines: &[1000], counted: "temporary_care 2026-12 1 27", ..PLAIN },
    Golden { stay: AFTERNOON, born: &["2023-06-15"], lines: &[500], counted: "temporary_care 2026-12 1 27", ..PLAIN },
    Golden { born: &["2021-06-15"], lines: &[1000], counted: "temporary_care 2026-12 2 26", ..PLAIN },
    Golden { reason: Some("work"), lines: &[2000], counted: "temporary_care 2026-12 2 26, temporary_care_work 2026-W49 2 4", ..PLAIN },
    Golden { reason: Some("urgent"), lines: &[2000], counted: "temporary_care 2026-12 2 26, temporary_care_urgent 2026-12 2 26", ..PLAIN },
    Golden { extras: &["lunch", "snack"], lines: &[2000, 300, 100], counted: "temporary_care 2026-12 2 26", ..PLAIN },
    Golden { classes: &["public_assistance"], lines: &[2000], counted: "temporary_care 2026-12 2 26", ..PLAIN },
    Golden { born: TWINS, lines: &[2000], counted: "temporary_care 2026-12 2 26", ..PLAIN },
    Golden { cities: "YS", lines: &[2000], counted: "temporary_care 2026-12 2 26", ..PLAIN },
    Golden { cities: "SS", lines: &[2000], counted: "temporary_care 2026-12 2 26", ..PLAIN },
    Golden { cities: "SY", lines: &[2400], counted: "temporary_care 2026-12 2 26", ..PLAIN },
    Golden { cities: "SY", born: &["2021-06-15"], stay: MORNING, lines: &[700], counted: "temporary_care 2026-12 1 27", ..PLAIN },
    Golden { born: TWO_THEN, stay: OLD_DAY, lines: &[1800], counted: "temporary_care 2026-02 2 22", ..PLAIN },
    Golden { born: THREE_THEN, stay: OLD_MORNING, lines: &[500], counted: "temporary_care 2026-02 1 23", ..PLAIN },
    Golden {
        born: TWO_THEN,
        stay: OLD_MORNING,
        reason: Some("work"),
        lines: &[900],
        counted: "temporary_care 2026-02 1 23, temporary_care_work 2026-W06 1 5",
        ..PLAIN
    },
    Golden { cities: "YS", born: TWO_THEN, stay: OLD_DAY, lines: &[3600], counted: "temporary_care 2026-02 2 22", ..PLAIN },
    Golden { cities: "YS", born: THREE_THEN, stay: OLD_AFTERNOON, lines: &[1000], counted: "temporary_care 2026-02 1 23", ..PLAIN },
    Golden { cities: "SS", born: TWO_THEN, stay: OLD_DAY, lines: &[2000], counted: "temporary_care 2026-02 2 22", ..PLAIN },
    Golden { cities: "SY", born: TWO_THEN, stay: OLD_DAY, lines: &[3000], counted: "temporary_care 2026-02 2 22", ..PLAIN },
    Golden { cities: "SY", born: THREE_THEN, stay: OLD_MORNING, lines: &[800], counted: "temporary_care 2026-02 1 23", ..PLAIN },
    // The last day of one fiscal year and the first of the next; three is reached at the end of the day before the birthday.
    Golden { born: TWO_THEN, stay: "2026-03-31 08:30 16:30", lines: &[1800], counted: "temporary_care 2026-03 2 22", ..PLAIN },
    Golden { born: TWO_THEN, stay: "2026-04-01 08:30 16:30", lines: &[2000], counted: "temporary_care 2026-04 2 26", ..PLAIN },
    Golden { born: &["2023-04-02"], stay: "2026-04-01 08:30 16:30", lines: &[1000], counted: "temporary_care 2026-04 2 26", ..PLAIN },
];

/// こども誰でも通園: ¥300 an hour; 10 hours a month in Yonago; −300, −200, −200 an hour.
pub const OPEN_NURSERY: &[Golden] = &[
    Golden { stay: HOUR, lines: &[300], counted: "open_nursery 2026-12 60 540", ..OPEN },
    Golden { stay: HALF_TWO, lines: &[450], counted: "open_nursery 2026-12 90 510", ..OPEN },
    Golden { stay: HALF_THREE, classes: &["public_assistance"], lines: &[750, -750], counted: "open_nursery 2026-12 150 450", ..OPEN },
    Golden { stay: HALF_THREE, classes: &["little_income"], lines: &[750, -500], counted: "open_nursery 2026-12 150 450", ..OPEN },
    Golden { stay: HALF_THREE, classes: &["needs_support"], lines: &[750, -500], counted: "open_nursery 2026-12 150 450", ..OPEN },
    Golden {
        stay: HALF_THREE,
        classes: &["little_income", "public_assistance"],
        lines: &[750, -750],
        counted: "open_nursery 2026-12 150 450",
        ..OPEN
    },
    Golden { stay: HALF_TWO, classes: &["tax_exempt"], lines: &[450], counted: "open_nursery 2026-12 90 510", ..OPEN },
    Golden {
        stay: TWO,
        extras: &["lunch", "snack"],
        classes: &["public_assistance"],
        lines: &[600, -600, 350, 100],
        counted: "open_nursery 2026-12 120 480",
        ..OPEN
    },
    Golden { cities: "YS", stay: TWO, lines: &[600], counted: "open_nursery 2026-12 120 360", ..OPEN },
    Golden { cities: "SS", stay: TWO, lines: &[600], counted: "open_nursery 2026-12 120 480", ..OPEN },
    Golden { cities: "SY", stay: TWO, lines: &[600], counted: "open_nursery 2026-12 120 480", ..OPEN },
    Golden { born: ONE_THEN, stay: OLD_TWO, classes: &["tax_exempt"], lines: &[600], counted: "open_nursery 2026-02 120 480", ..OPEN },
    Golden {
        cities: "SS",
        born: ONE_THEN,
        stay: OLD_TWO,
        classes: &["tax_exempt"],
        lines: &[600, -480],
        counted: "open_nursery 2026-02 120 240",
        ..OPEN
    },
    Golden {
        cities: "SS",
        born: ONE_THEN,
        stay: OLD_HALF_TWO,
        classes: &["little_income"],
        lines: &[450, -315],
        counted: "open_nursery 2026-02 90 270",
        ..OPEN
    },
    Golden {
        cities: "SS",
        born: ONE_THEN,
        stay: OLD_HOUR,
        classes: &["needs_support"],
        lines: &[300, -150],
        counted: "open_nursery 2026-02 60 300",
        ..OPEN
    },
    Golden { cities: "YS", born: ONE_THEN, stay: OLD_HOUR, lines: &[300], counted: "open_nursery 2026-02 60 300", ..OPEN },
    // Under three until two days before the birthday.
    Golden { born: &["2023-04-03"], stay: "2026-04-01 09:00 10:00", lines: &[300], counted: "open_nursery 2026-04 60 540", ..OPEN },
    // Across the end of the fiscal year: each side of midnight under its own month and its own year's limit, the price of the first day.
    Golden {
        cities: "SS",
        born: ONE_THEN,
        stay: MIDNIGHT,
        lines: &[600],
        counted: "open_nursery 2026-03 60 300, open_nursery 2026-04 60 540",
        ..OPEN
    },
    Golden {
        cities: "SS",
        born: ONE_THEN,
        stay: MIDNIGHT,
        classes: &["tax_exempt"],
        lines: &[600, -480],
        counted: "open_nursery 2026-03 60 300, open_nursery 2026-04 60 540",
        ..OPEN
    },
    Golden {
        cities: "YS",
        born: ONE_THEN,
        stay: MIDNIGHT,
        lines: &[600],
        counted: "open_nursery 2026-03 60 300, open_nursery 2026-04 60 420",
        ..OPEN
    },
    Golden {
        cities: "SY",
        born: ONE_THEN,
        stay: MIDNIGHT,
        lines: &[600],
        counted: "open_nursery 2026-03 60 540, open_nursery 2026-04 60 540",
        ..OPEN
    },
];

/// 産後ケア: nights count two, nights and days share seven (ten for twins), visits have three of their own; free in Yonago.
pub const POSTNATAL: &[Golden] = &[
    Golden { stay: NIGHT, counted: "postnatal_care birth 2 5", ..BABY },
    Golden { stay: TWO_NIGHTS, counted: "postnatal_care birth 4 3", ..BABY },
    Golden { programme: "postnatal_day", stay: LONG_DAY, counted: "postnatal_care birth 1 6", ..BABY },
    Golden { programme: "postnatal_home", stay: TWO, counted: "postnatal_home birth 1 2", ..BABY },
    Golden { programme: "postnatal_home", stay: "2026-12-03 09:00 13:00", counted: "postnatal_home birth 1 2", ..BABY },
    Golden { born: TWINS, stay: NIGHT, counted: "postnatal_care birth 2 8", ..BABY },
    Golden { programme: "postnatal_home", born: TWINS, stay: TWO, counted: "postnatal_home birth 1 2", ..BABY },
    Golden { cities: "SS", stay: NIGHT, lines: &[4000], counted: "postnatal_care birth 2 5, postnatal_stay birth 2 2", ..BABY },
    Golden { cities: "SS", stay: TWO_NIGHTS, lines: &[8000], counted: "postnatal_care birth 4 3, postnatal_stay birth 4 0", ..BABY },
    Golden {
        cities: "SS",
        stay: NIGHT,
        classes: &["tax_exempt"],
        lines: &[4000, -2500],
        counted: "postnatal_care birth 2 5, postnatal_stay birth 2 2",
        ..BABY
    },
    Golden {
        cities: "SS",
        born: TWINS,
        stay: NIGHT,
        lines: &[4000],
        counted: "postnatal_care birth 2 8, postnatal_stay birth 2 4",
        ..BABY
    },
    Golden {
        programme: "postnatal_day",
        cities: "SS",
        stay: LONG_DAY,
        classes: &["public_assistance"],
        lines: &[2500, -2500],
        counted: "postnatal_care birth 1 6",
        ..BABY
    },
    Golden {
        programme: "postnatal_day",
        cities: "SS",
        stay: LONG_DAY,
        classes: &["tax_exempt"],
        extras: &["mothers_lunch"],
        lines: &[2500, -2500, 700],
        counted: "postnatal_care birth 1 6",
        ..BABY
    },
    Golden { programme: "postnatal_home", cities: "SS", stay: TWO, lines: &[1000], counted: "postnatal_home birth 1 2", ..BABY },
    Golden {
        programme: "postnatal_home",
        cities: "SS",
        stay: TWO,
        classes: &["tax_exempt"],
        lines: &[1000, -1000],
        counted: "postnatal_home birth 1 2",
        ..BABY
    },
    Golden { programme: "postnatal_day", born: BABY_THEN, stay: OLD_LONG_DAY, counted: "postnatal_care birth 1 4", ..BABY },
    Golden {
        programme: "postnatal_day",
        cities: "SS",
        born: BABY_THEN,
        stay: OLD_LONG_DAY,
        classes: &["tax_exempt"],
        lines: &[2500, -1000],
        counted: "postnatal_care birth 1 4",
        ..BABY
    },
    Golden { born: &["2025-06-01", "2025-06-01"], stay: OLD_NIGHT, counted: "postnatal_care birth 2 5", ..BABY },
    // A night into the new fiscal year belongs to the day on which it begins.
    Golden { born: BABY_THEN, stay: YEARS_NIGHT, counted: "postnatal_care birth 2 3", ..BABY },
    Golden {
        cities: "SS",
        born: BABY_THEN,
        stay: YEARS_NIGHT,
        lines: &[4000],
        counted: "postnatal_care birth 2 3, postnatal_stay birth 2 2",
        ..BABY
    },
];

/// 病児・病後児保育: ¥2,500 a day, ¥500 or ¥300 for some households; 見学・面談: free. Nothing counts.
pub const OTHERS: &[Golden] = &[
    Golden { lines: &[2500], ..SICK },
    Golden { classes: &["tax_exempt"], lines: &[2500, -2000], ..SICK },
    Golden { classes: &["public_assistance"], lines: &[2500, -2200], ..SICK },
    Golden { extras: &["lunch"], lines: &[2500, 300], ..SICK },
    Golden { cities: "YS", lines: &[2500], ..SICK },
    Golden { cities: "SY", lines: &[3000], ..SICK },
    Golden { cities: "SY", classes: &["tax_exempt"], lines: &[3000, -2000], ..SICK },
    Golden { born: TWO_THEN, stay: "2026-02-05 08:30 17:30", lines: &[2000], ..SICK },
    Golden { born: TWO_THEN, stay: "2026-02-05 08:30 17:30", classes: &["public_assistance"], lines: &[2000, -2000], ..SICK },
    Golden { programme: "visit", stay: "2026-12-03 10:00 10:30", ..SICK },
    Golden { programme: "visit", cities: "SY", stay: "2026-12-03 10:30 11:00", ..SICK },
];

//! The facilities of the demo world. All of them are invented; they lie where such a facility could be.

use chrono::{NaiveTime, TimeDelta};
use shared::facilities::days::open_week;
use shared::facilities::{AgeRange, FacilityKind, Listing};
use shared::ids::{FacilityId, OfferingId};
use shared::municipalities::Position;
use shared::programmes::ProgrammeKey;
use shared::slots::{BandPlaces, BlockTimes, Offering};
use shared::time::day_start;

use super::cities::{City, OPEN_NURSERY, TEMPORARY_CARE, code};
use super::{ACTOR, Kind, Moment, id, time};
use crate::db::{AnyConnection, DbError};
use crate::outbox::Act;
use crate::{facilities, slots};

/// Places for children from one age to another.
type Band = (u32, u32, i64);

/// Temporary care as a facility offers it: from, midday, until; on Saturdays the morning alone.
pub struct Care {
    pub starts: (u32, u32),
    pub midday: (u32, u32),
    pub ends: (u32, u32),
    pub saturdays: bool,
    pub bands: &'static [Band],
}

/// Open nursery as a facility offers it: its window, and its own price of an hour.
pub struct Window {
    pub starts: (u32, u32),
    pub ends: (u32, u32),
    pub bands: &'static [Band],
    pub hourly_yen: Option<i64>,
}

/// A facility.
pub struct Place {
    pub city: City,
    pub name: &'static str,
    pub kana: &'static str,
    pub name_en: &'static str,
    pub kind: FacilityKind,
    pub kind_text: &'static str,
    pub town: &'static str,
    pub position: (f64, f64),
    pub ages: &'static str,
    pub week: &'static str,
    pub opens: (u32, u32),
    pub closes: (u32, u32),
    pub capacity: u32,
    pub access: &'static str,
    pub parking: &'static str,
    pub notes: &'static str,
    pub care: Option<Care>,
    pub window: Option<Window>,
}

impl Place {
    /// Whether it is open on Sundays and holidays too.
    pub fn every_day(&self) -> bool {
        self.week == "毎日（祝日も）"
    }
}

/// The facility of the demo staff of Yonago, counted from 0 as in [`PLACES`].
pub const YONAGO_EVERY_DAY: usize = 0;
/// The facility of the demo staff of Sakaiminato.
pub const SAKAIMINATO_EVERY_DAY: usize = 14;

const SMALL: &[Band] = &[(0, 1, 1), (1, 3, 2), (3, 7, 2)];
const USUAL: &[Band] = &[(0, 1, 1), (1, 3, 3), (3, 7, 3)];
const LARGE: &[Band] = &[(0, 1, 2), (1, 3, 4), (3, 7, 4)];
const TODDLERS: &[Band] = &[(0, 3, 3)];
const ROOM: &[Band] = &[(0, 1, 3), (1, 3, 6), (3, 7, 6)];
const HOURS: &[Band] = &[(0, 1, 1), (1, 3, 2)];
const MORE_HOURS: &[Band] = &[(0, 1, 2), (1, 3, 4)];

const fn care(starts: (u32, u32), ends: (u32, u32), saturdays: bool, bands: &'static [Band]) -> Option<Care> {
    Some(Care { starts, midday: (12, 30), ends, saturdays, bands })
}

const fn window(starts: (u32, u32), ends: (u32, u32), bands: &'static [Band], hourly_yen: Option<i64>) -> Option<Window> {
    Some(Window { starts, ends, bands, hourly_yen })
}

/// All of them.
pub const PLACES: [Place; 22] = [
    Place {
        city: City::Yonago,
        name: "米子駅前こどもの部屋 ぽけっと",
        kana: "ヨナゴエキマエコドモノヘヤ ポケット",
        name_en: "Pocket Children's Room, Yonago Station",
        kind: FacilityKind::SupportCentre,
        kind_text: "一時預かり専用施設",
        town: "明治町",
        position: (35.4246, 133.3349),
        ages: "6か月～就学前",
        week: "毎日（祝日も）",
        opens: (7, 0),
        closes: (21, 0),
        capacity: 21,
        access: "JR米子駅から徒歩3分",
        parking: "提携駐車場あり（2時間無料）",
        notes: "日曜・祝日も毎日開いています。お買い物や通院、急な用事のときにもご利用ください。",
        care: care((8, 0), (18, 0), true, ROOM),
        window: window((7, 0), (21, 0), MORE_HOURS, None),
    },
    Place {
        city: City::Yonago,
        name: "皆生しおかぜ保育園",
        kana: "カイケシオカゼホイクエン",
        name_en: "Kaike Shiokaze Nursery",
        kind: FacilityKind::LicensedNursery,
        kind_text: "認可保育所",
        town: "皆生",
        position: (35.4538, 133.3572),
        ages: "生後6か月～就学前",
        week: "月～土",
        opens: (7, 30),
        closes: (18, 30),
        capacity: 90,
        access: "皆生温泉の停留所から徒歩6分",
        parking: "8台",
        notes: "海まで歩いて散歩に出かけます。帽子をお持ちください。",
        care: care((8, 30), (16, 30), true, USUAL),
        window: window((9, 0), (12, 0), HOURS, None),
    },
    Place {
        city: City::Yonago,
        name: "上福原ひなたこども園",
        kana: "カミフクバラヒナタコドモエン",
        name_en: "Kamifukubara Hinata Centre for Early Childhood",
        kind: FacilityKind::CertifiedCentre,
        kind_text: "幼保連携型認定こども園",
        town: "上福原",
        position: (35.4462, 133.3528),
        ages: "生後6か月～就学前",
        week: "月～土",
        opens: (7, 0),
        closes: (19, 0),
        capacity: 150,
        access: "上福原の停留所から徒歩4分",
        parking: "20台",
        notes: "園庭が広く、年上の子といっしょに遊ぶ時間があります。",
        care: care((9, 0), (16, 0), false, LARGE),
        window: None,
    },
    Place {
        city: City::Yonago,
        name: "弓ヶ浜まつばら保育園",
        kana: "ユミガハママツバラホイクエン",
        name_en: "Yumigahama Matsubara Nursery",
        kind: FacilityKind::LicensedNursery,
        kind_text: "認可保育所",
        town: "夜見町",
        position: (35.4648, 133.3024),
        ages: "生後6か月～就学前",
        week: "月～金",
        opens: (7, 30),
        closes: (18, 30),
        capacity: 70,
        access: "JR境線 弓ヶ浜駅から徒歩8分",
        parking: "10台",
        notes: "松林の中の園です。境港市からも車で15分ほどです。",
        care: care((8, 30), (16, 30), false, USUAL),
        window: window((9, 0), (15, 0), HOURS, None),
    },
    Place {
        city: City::Yonago,
        name: "淀江つむぎこども園",
        kana: "ヨドエツムギコドモエン",
        name_en: "Yodoe Tsumugi Centre for Early Childhood",
        kind: FacilityKind::CertifiedCentre,
        kind_text: "保育所型認定こども園",
        town: "淀江町西原",
        position: (35.4541, 133.4236),
        ages: "生後6か月～就学前",
        week: "月～土",
        opens: (7, 30),
        closes: (19, 0),
        capacity: 100,
        access: "JR淀江駅から徒歩10分",
        parking: "15台",
        notes: "和紙や木のおもちゃで遊びます。",
        care: care((8, 30), (16, 30), true, SMALL),
        window: None,
    },
    Place {
        city: City::Yonago,
        name: "福米そらまめ保育園",
        kana: "フクヨネソラマメホイクエン",
        name_en: "Fukuyone Soramame Nursery",
        kind: FacilityKind::SmallScale,
        kind_text: "小規模保育事業A型",
        town: "西福原",
        position: (35.4418, 133.3489),
        ages: "6か月～3歳未満",
        week: "月～金",
        opens: (7, 30),
        closes: (18, 30),
        capacity: 19,
        access: "西福原の停留所から徒歩5分",
        parking: "4台",
        notes: "0歳から2歳までの小さな園です。",
        care: care((8, 30), (16, 0), false, TODDLERS),
        window: window((9, 30), (12, 30), HOURS, Some(250)),
    },
    Place {
        city: City::Yonago,
        name: "車尾せせらぎ保育園",
        kana: "クズモセセラギホイクエン",
        name_en: "Kuzumo Seseragi Nursery",
        kind: FacilityKind::LicensedNursery,
        kind_text: "認可保育所",
        town: "車尾",
        position: (35.4318, 133.3556),
        ages: "生後6か月～就学前",
        week: "月～土",
        opens: (7, 30),
        closes: (18, 30),
        capacity: 80,
        access: "JR東山公園駅から徒歩12分",
        parking: "9台",
        notes: "日野川の土手をよく散歩します。",
        care: care((8, 30), (16, 30), false, SMALL),
        window: None,
    },
    Place {
        city: City::Yonago,
        name: "大篠津なみおと保育園",
        kana: "オオシノヅナミオトホイクエン",
        name_en: "Oshinozu Namioto Nursery",
        kind: FacilityKind::LicensedNursery,
        kind_text: "認可保育所",
        town: "大篠津町",
        position: (35.4868, 133.2716),
        ages: "生後6か月～就学前",
        week: "月～金",
        opens: (7, 30),
        closes: (18, 30),
        capacity: 60,
        access: "JR境線 大篠津町駅から徒歩5分",
        parking: "7台",
        notes: "市の境に近く、境港市の方も多くご利用です。",
        care: care((8, 30), (16, 30), false, SMALL),
        window: window((9, 0), (12, 0), HOURS, None),
    },
    Place {
        city: City::Yonago,
        name: "和田はまひるがお保育園",
        kana: "ワダハマヒルガオホイクエン",
        name_en: "Wada Hamahirugao Nursery",
        kind: FacilityKind::LicensedNursery,
        kind_text: "認可保育所",
        town: "和田町",
        position: (35.4762, 133.2841),
        ages: "生後6か月～就学前",
        week: "月～土",
        opens: (7, 30),
        closes: (18, 30),
        capacity: 60,
        access: "JR境線 和田浜駅から徒歩7分",
        parking: "6台",
        notes: "畑で野菜を育てています。",
        care: care((8, 30), (16, 30), true, SMALL),
        window: None,
    },
    Place {
        city: City::Yonago,
        name: "崎津とことこ保育園",
        kana: "サキツトコトコホイクエン",
        name_en: "Sakitsu Tokotoko Nursery",
        kind: FacilityKind::SmallScale,
        kind_text: "小規模保育事業A型",
        town: "大崎",
        position: (35.4687, 133.2703),
        ages: "6か月～3歳未満",
        week: "月～金",
        opens: (7, 30),
        closes: (18, 0),
        capacity: 12,
        access: "大崎の停留所から徒歩3分",
        parking: "3台",
        notes: "少人数で、はじめてのお子さんもゆっくり慣れていけます。",
        care: None,
        window: window((9, 0), (12, 0), HOURS, Some(300)),
    },
    Place {
        city: City::Yonago,
        name: "住吉いろは保育園",
        kana: "スミヨシイロハホイクエン",
        name_en: "Sumiyoshi Iroha Nursery",
        kind: FacilityKind::LicensedNursery,
        kind_text: "認可保育所",
        town: "旗ヶ崎",
        position: (35.4391, 133.3246),
        ages: "生後6か月～就学前",
        week: "月～土",
        opens: (7, 30),
        closes: (19, 0),
        capacity: 110,
        access: "JR境線 後藤駅から徒歩9分",
        parking: "12台",
        notes: "給食は園内で作っています。アレルギーはご相談ください。",
        care: care((8, 30), (16, 30), false, USUAL),
        window: None,
    },
    Place {
        city: City::Yonago,
        name: "彦名はくちょう保育園",
        kana: "ヒコナハクチョウホイクエン",
        name_en: "Hikona Hakucho Nursery",
        kind: FacilityKind::LicensedNursery,
        kind_text: "認可保育所",
        town: "彦名町",
        position: (35.4489, 133.2984),
        ages: "生後6か月～就学前",
        week: "月～金",
        opens: (7, 30),
        closes: (18, 30),
        capacity: 60,
        access: "彦名の停留所から徒歩4分",
        parking: "8台",
        notes: "冬は水鳥を見に出かけます。",
        care: care((8, 30), (16, 30), false, SMALL),
        window: None,
    },
    Place {
        city: City::Yonago,
        name: "箕蚊屋だいせんこども園",
        kana: "ミノカヤダイセンコドモエン",
        name_en: "Minokaya Daisen Centre for Early Childhood",
        kind: FacilityKind::CertifiedCentre,
        kind_text: "幼保連携型認定こども園",
        town: "二本木",
        position: (35.4302, 133.3859),
        ages: "生後6か月～就学前",
        week: "月～土",
        opens: (7, 0),
        closes: (19, 0),
        capacity: 130,
        access: "JR伯耆大山駅から車で5分",
        parking: "18台",
        notes: "大山がよく見えます。",
        care: care((9, 0), (16, 0), true, LARGE),
        window: window((9, 30), (15, 30), MORE_HOURS, None),
    },
    Place {
        city: City::Yonago,
        name: "加茂くるみこども園",
        kana: "カモクルミコドモエン",
        name_en: "Kamo Kurumi Centre for Early Childhood",
        kind: FacilityKind::CertifiedCentre,
        kind_text: "幼保連携型認定こども園",
        town: "両三柳",
        position: (35.4463, 133.3279),
        ages: "生後6か月～就学前",
        week: "月～金",
        opens: (7, 30),
        closes: (18, 30),
        capacity: 120,
        access: "両三柳の停留所から徒歩6分",
        parking: "16台",
        notes: "はじめての方には、入口で担当の保育者がご案内します。",
        care: care((8, 30), (16, 30), false, USUAL),
        window: window((9, 0), (12, 0), HOURS, None),
    },
    Place {
        city: City::Sakaiminato,
        name: "境港駅前こどもの部屋 うみねこ",
        kana: "サカイミナトエキマエコドモノヘヤ ウミネコ",
        name_en: "Umineko Children's Room, Sakaiminato Station",
        kind: FacilityKind::SupportCentre,
        kind_text: "一時預かり専用施設",
        town: "大正町",
        position: (35.5442, 133.2239),
        ages: "生後2か月～就学前",
        week: "毎日（祝日も）",
        opens: (7, 0),
        closes: (21, 0),
        capacity: 21,
        access: "JR境港駅から徒歩2分",
        parking: "駅前駐車場（2時間無料）",
        notes: "日曜・祝日も毎日開いています。米子市の方も、境港での仕事や用事のあいだご利用いただけます。",
        care: care((8, 0), (18, 0), true, ROOM),
        window: window((7, 0), (21, 0), MORE_HOURS, None),
    },
    Place {
        city: City::Sakaiminato,
        name: "渡あさなぎ保育園",
        kana: "ワタリアサナギホイクエン",
        name_en: "Watari Asanagi Nursery",
        kind: FacilityKind::LicensedNursery,
        kind_text: "認可保育所",
        town: "渡町",
        position: (35.5196, 133.2131),
        ages: "生後2か月～就学前",
        week: "月～土",
        opens: (7, 30),
        closes: (18, 30),
        capacity: 80,
        access: "渡の停留所から徒歩3分",
        parking: "10台",
        notes: "看護師がいます。薬のことはご相談ください。",
        care: care((8, 30), (16, 30), true, USUAL),
        window: window((9, 0), (12, 0), HOURS, None),
    },
    Place {
        city: City::Sakaiminato,
        name: "外江ゆりかもめ保育園",
        kana: "トノエユリカモメホイクエン",
        name_en: "Tonoe Yurikamome Nursery",
        kind: FacilityKind::LicensedNursery,
        kind_text: "認可保育所",
        town: "外江町",
        position: (35.5352, 133.2127),
        ages: "生後2か月～就学前",
        week: "月～金",
        opens: (7, 30),
        closes: (18, 30),
        capacity: 60,
        access: "外江の停留所から徒歩5分",
        parking: "6台",
        notes: "境水道のそばの園です。船がよく見えます。",
        care: care((8, 30), (16, 30), false, SMALL),
        window: None,
    },
    Place {
        city: City::Sakaiminato,
        name: "余子こもれび保育園",
        kana: "アマリココモレビホイクエン",
        name_en: "Amariko Komorebi Nursery",
        kind: FacilityKind::LicensedNursery,
        kind_text: "認可保育所",
        town: "竹内町",
        position: (35.5227, 133.2402),
        ages: "生後2か月～就学前",
        week: "月～土",
        opens: (7, 30),
        closes: (19, 0),
        capacity: 90,
        access: "JR境線 余子駅から徒歩6分",
        parking: "12台",
        notes: "木のぬくもりのある園舎です。",
        care: care((8, 30), (16, 30), false, USUAL),
        window: window((9, 0), (15, 0), HOURS, None),
    },
    Place {
        city: City::Sakaiminato,
        name: "中浜すなやま保育園",
        kana: "ナカハマスナヤマホイクエン",
        name_en: "Nakahama Sunayama Nursery",
        kind: FacilityKind::LicensedNursery,
        kind_text: "認可保育所",
        town: "小篠津町",
        position: (35.5063, 133.2489),
        ages: "生後2か月～就学前",
        week: "月～金",
        opens: (7, 30),
        closes: (18, 30),
        capacity: 70,
        access: "JR境線 中浜駅から徒歩4分",
        parking: "8台",
        notes: "市の境に近く、米子市の方も多くご利用です。",
        care: care((8, 30), (16, 30), false, SMALL),
        window: window((9, 30), (12, 30), HOURS, None),
    },
    Place {
        city: City::Sakaiminato,
        name: "上道かぜのこ保育園",
        kana: "アガリミチカゼノコホイクエン",
        name_en: "Agarimichi Kazenoko Nursery",
        kind: FacilityKind::SmallScale,
        kind_text: "小規模保育事業A型",
        town: "上道町",
        position: (35.5331, 133.2352),
        ages: "生後2か月～3歳未満",
        week: "月～金",
        opens: (7, 30),
        closes: (18, 30),
        capacity: 19,
        access: "JR境線 上道駅から徒歩3分",
        parking: "4台",
        notes: "0歳から2歳までの小さな園です。",
        care: care((8, 30), (16, 0), false, TODDLERS),
        window: window((9, 0), (12, 0), HOURS, Some(280)),
    },
    Place {
        city: City::Sakaiminato,
        name: "境みなとまちこども園",
        kana: "サカイミナトマチコドモエン",
        name_en: "Sakai Minatomachi Centre for Early Childhood",
        kind: FacilityKind::CertifiedCentre,
        kind_text: "幼保連携型認定こども園",
        town: "元町",
        position: (35.5417, 133.2308),
        ages: "生後2か月～就学前",
        week: "月～土",
        opens: (7, 0),
        closes: (19, 0),
        capacity: 120,
        access: "JR境線 馬場崎町駅から徒歩5分",
        parking: "14台",
        notes: "商店街へ買い物ごっこに出かけます。",
        care: care((9, 0), (16, 0), true, LARGE),
        window: None,
    },
    Place {
        city: City::Sakaiminato,
        name: "誠道ひこうき雲保育園",
        kana: "セイドウヒコウキグモホイクエン",
        name_en: "Seido Hikokigumo Nursery",
        kind: FacilityKind::LicensedNursery,
        kind_text: "認可保育所",
        town: "誠道町",
        position: (35.5118, 133.2532),
        ages: "生後2か月～就学前",
        week: "月～金",
        opens: (7, 30),
        closes: (18, 30),
        capacity: 50,
        access: "誠道の停留所から徒歩4分",
        parking: "7台",
        notes: "空港に近く、飛行機がよく見えます。",
        care: care((8, 30), (16, 30), false, SMALL),
        window: None,
    },
];

/// The id of a facility, counted from 0.
pub fn facility_id(n: usize) -> FacilityId {
    FacilityId::new(id(Kind::Facility, n + 1))
}

/// Writes facilities and offerings, as if they had been there for a year.
pub fn insert(conn: &mut AnyConnection, moment: Moment) -> Result<(), DbError> {
    let registered = day_start(moment.today) - TimeDelta::days(365);
    for (n, place) in PLACES.iter().enumerate() {
        let facility = facility_id(n);
        let listing = listing(n, place)?;
        facilities::store::insert_facility(conn, &facility, &listing, true, registered)?;
        Act::of_command(ACTOR, registered).record(
            conn,
            "facility.registered",
            (&listing.municipality, Some(&facility)),
            facility.as_str(),
        )?;
        for offering in offerings(n, place) {
            slots::store::insert_offering(conn, &offering, &listing.municipality)?;
        }
    }
    Ok(())
}

/// The offerings of a facility: temporary care first.
pub fn offerings(n: usize, place: &Place) -> Vec<Offering> {
    let offering = |kind: usize, programme: &str, blocks, hourly_yen| Offering {
        id: OfferingId::new(id(Kind::Offering, n * 2 + kind)),
        facility_id: facility_id(n),
        programme: ProgrammeKey::new(programme),
        blocks,
        hourly_yen,
        confirmation: None,
    };
    let block = |key: &str, from: (u32, u32), until: (u32, u32)| BlockTimes {
        key: key.to_owned(),
        starts: clock(from),
        ends: clock(until),
        nights: 0,
    };
    let care = place.care.as_ref().map(|care| {
        let blocks = vec![
            block("day", care.starts, care.ends),
            block("morning", care.starts, care.midday),
            block("afternoon", care.midday, care.ends),
        ];
        offering(1, TEMPORARY_CARE, blocks, None)
    });
    let window = place.window.as_ref().map(|window| offering(2, OPEN_NURSERY, Vec::new(), window.hourly_yen));
    care.into_iter().chain(window).collect()
}

/// A time of day from hour and minute.
pub fn clock((hour, minute): (u32, u32)) -> NaiveTime {
    time(hour, minute)
}

/// Bands as a pattern has them.
pub fn places(bands: &[Band]) -> Vec<BandPlaces> {
    bands
        .iter()
        .map(|(from_age, under_age, capacity)| BandPlaces { from_age: *from_age, under_age: *under_age, capacity: *capacity })
        .collect()
}

/// What is published about a facility. Addresses end in an invented number, telephones in an exchange that does not exist.
fn listing(n: usize, place: &Place) -> Result<Listing, DbError> {
    let city = match place.city {
        City::Yonago => "米子市",
        City::Sakaiminato => "境港市",
    };
    let municipality = code(place.city)?;
    let mut listing = Listing::named(municipality.clone(), &format!("demo-{:02}", n + 1), place.name, place.kind);
    let text = |text: &str| Some(text.to_owned());
    listing.kana = text(place.kana);
    listing.name_en = text(place.name_en);
    listing.kind_text = text(place.kind_text);
    listing.address.municipality = Some(municipality);
    listing.address.text = Some(format!("鳥取県{city}{}（番地は架空）", place.town));
    listing.address.prefecture = text("鳥取県");
    listing.address.city = text(city);
    listing.address.town = text(place.town);
    listing.address.block = text("（番地は架空）");
    listing.position = Some(Position { latitude: place.position.0, longitude: place.position.1 });
    listing.access = text(place.access);
    listing.parking = text(place.parking);
    listing.contact.phone = Some(format!("0859-00-{:04}", n + 1));
    listing.operator.name = text("架空の法人");
    listing.capacity = Some(place.capacity);
    listing.ages.range = AgeRange::read(place.ages);
    listing.ages.text = text(place.ages);
    let week = open_week(if place.every_day() { "年中無休" } else { place.week });
    listing.opening.weekdays = week.as_ref().map(|week| week.weekdays.clone());
    listing.opening.on_holidays = Some(place.every_day());
    listing.opening.weekdays_text = text(place.week);
    listing.opening.opens_at = Some(clock(place.opens));
    listing.opening.closes_at = Some(clock(place.closes));
    listing.care.temporary = Some(place.care.is_some());
    listing.care.opens_at = place.care.as_ref().map(|care| clock(care.starts));
    listing.care.closes_at = place.care.as_ref().map(|care| clock(care.ends));
    listing.amenities.nursing_room = Some(true);
    listing.amenities.changing_corner = Some(true);
    listing.amenities.strollers_allowed = Some(place.every_day() || !n.is_multiple_of(3));
    listing.notes = Some(format!("{}（デモ用の架空の施設です）", place.notes));
    Ok(listing)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_of_a_listing_is_one_that_the_import_would_read() {
        for (n, place) in PLACES.iter().enumerate() {
            let listing = listing(n, place).unwrap();
            assert!(listing.ages.range.is_some(), "{}", place.ages);
            assert!(listing.opening.weekdays.is_some(), "{}", place.week);
            assert!(listing.notes.unwrap().contains("架空"));
        }
        let count = |city| PLACES.iter().filter(|place| place.city == city).count();
        assert_eq!((count(City::Yonago), count(City::Sakaiminato)), (14, 8));
        assert!(PLACES[YONAGO_EVERY_DAY].every_day() && PLACES[SAKAIMINATO_EVERY_DAY].every_day());
        assert_eq!((PLACES[YONAGO_EVERY_DAY].city, PLACES[SAKAIMINATO_EVERY_DAY].city), (City::Yonago, City::Sakaiminato));
    }

    #[test]
    fn every_facility_lies_on_the_land_of_its_city() {
        // The peninsula runs north-west between lake and sea; a straight band along it is land, and so is the plain of the town.
        for place in &PLACES {
            let (latitude, longitude) = place.position;
            let middle = 133.3260 - (latitude - 35.44) * 0.99;
            match place.city {
                City::Sakaiminato => assert!((35.50..35.55).contains(&latitude) && (longitude - middle).abs() < 0.04, "{}", place.name),
                City::Yonago if latitude > 35.46 => {
                    assert!((35.46..35.50).contains(&latitude) && (longitude - middle).abs() < 0.035, "{}", place.name);
                }
                City::Yonago => assert!((35.42..35.46).contains(&latitude) && (133.29..133.44).contains(&longitude), "{}", place.name),
            }
        }
    }
}

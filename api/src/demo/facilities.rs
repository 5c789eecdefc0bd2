//! The facilities of the demo world. All of them are invented; they lie where such a facility could be.

use chrono::{NaiveTime, TimeDelta, Weekday};
use shared::facilities::days::open_week;
use shared::facilities::{AgeRange, FacilityKind, Listing};
use shared::ids::{FacilityId, OfferingId};
use shared::municipalities::Position;
use shared::programmes::{Confirmation, IfSilent, ProgrammeKey};
use shared::slots::{BandPlaces, BlockTimes, Offering, PatternLine, SlotFacility};
use shared::time::day_start;

use super::cities::{City, code};
use super::programmes::{open_nursery, postnatal, sick_child, temporary_care, visit};
use super::{ACTOR, Kind, Moment, id, time};
use crate::db::{AnyConnection, DbError};
use crate::outbox::Act;
use crate::{facilities, slots};

/// Places for children from one age to another.
type Band = (u32, u32, i64);

/// Temporary care as a facility offers it: from, midday, until; on Saturdays the morning alone; where places are fewer than the bands'
/// together, its room and carers.
pub struct Care {
    starts: (u32, u32),
    midday: (u32, u32),
    ends: (u32, u32),
    saturdays: bool,
    bands: &'static [Band],
    staffed: Option<(i64, i64)>,
}

/// Open nursery as a facility offers it: its window, and its own price of an hour.
pub struct Window {
    starts: (u32, u32),
    ends: (u32, u32),
    bands: &'static [Band],
    hourly_yen: Option<i64>,
}

/// What else a facility offers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Other {
    /// 産後ケア, nights.
    Stay,
    /// 産後ケア, days.
    Day,
    /// 産後ケア, at home.
    Home,
    /// 病児・病後児保育, with so much room and so many carers.
    Sick { room: i64, carers: i64 },
}

/// A programme as a facility offers it, with the weekly pattern of its slots.
pub struct Offered {
    pub offering: Offering,
    pub pattern: Vec<PatternLine>,
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
    pub others: &'static [Other],
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
/// The maternity clinic of Sakaiminato.
pub const SAKAIMINATO_CLINIC: usize = 23;
/// The facility that decides on temporary care itself.
const CONFIRMS_ITSELF: usize = 13;

const SMALL: &[Band] = &[(0, 1, 1), (1, 3, 2), (3, 7, 2)];
const USUAL: &[Band] = &[(0, 1, 1), (1, 3, 3), (3, 7, 3)];
const LARGE: &[Band] = &[(0, 1, 2), (1, 3, 4), (3, 7, 4)];
const TODDLERS: &[Band] = &[(0, 3, 3)];
const ROOM: &[Band] = &[(0, 1, 3), (1, 3, 6), (3, 7, 6)];
const HOURS: &[Band] = &[(0, 1, 1), (1, 3, 2)];
const MORE_HOURS: &[Band] = &[(0, 1, 2), (1, 3, 4)];

const BIG: &[Band] = &[(0, 1, 4), (1, 3, 6), (3, 7, 10)];
const SICK: &[Band] = &[(0, 1, 2), (1, 3, 4), (3, 7, 4)];
const FAMILY: &[Band] = &[(0, 7, 2)];

const fn care(starts: (u32, u32), ends: (u32, u32), saturdays: bool, bands: &'static [Band]) -> Option<Care> {
    Some(Care { starts, midday: (12, 30), ends, saturdays, bands, staffed: None })
}

/// The same where room and carers bound it.
const fn staffed_care(
    starts: (u32, u32),
    ends: (u32, u32),
    saturdays: bool,
    bands: &'static [Band],
    room: i64,
    carers: i64,
) -> Option<Care> {
    Some(Care { starts, midday: (12, 30), ends, saturdays, bands, staffed: Some((room, carers)) })
}

const fn window(starts: (u32, u32), ends: (u32, u32), bands: &'static [Band], hourly_yen: Option<i64>) -> Option<Window> {
    Some(Window { starts, ends, bands, hourly_yen })
}

/// All of them.
pub const PLACES: [Place; 24] = [
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
        others: &[Other::Day],
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
        others: &[],
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
        others: &[],
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
        others: &[],
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
        others: &[],
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
        others: &[],
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
        others: &[],
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
        others: &[],
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
        others: &[],
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
        others: &[],
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
        notes: "給食は園内で作っています。看護師がいて、病気の子の部屋もあります。",
        care: staffed_care((8, 30), (16, 30), false, USUAL, 5, 2),
        window: None,
        others: &[Other::Sick { room: 4, carers: 2 }],
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
        others: &[],
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
        care: staffed_care((9, 0), (16, 0), true, BIG, 14, 2),
        window: window((9, 30), (15, 30), MORE_HOURS, None),
        others: &[],
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
        others: &[],
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
        others: &[],
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
        notes: "看護師がいて、病気の子の部屋もあります。薬のことはご相談ください。",
        care: care((8, 30), (16, 30), true, USUAL),
        window: window((9, 0), (12, 0), HOURS, None),
        others: &[Other::Sick { room: 3, carers: 1 }],
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
        others: &[],
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
        others: &[],
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
        others: &[],
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
        others: &[],
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
        care: staffed_care((9, 0), (16, 0), true, BIG, 16, 2),
        window: None,
        others: &[],
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
        others: &[],
    },
    Place {
        city: City::Yonago,
        name: "皆生ゆりかご助産院",
        kana: "カイケユリカゴジョサンイン",
        name_en: "Kaike Yurikago Maternity Clinic",
        kind: FacilityKind::Other,
        kind_text: "助産所",
        town: "皆生新田",
        position: (35.4512, 133.3481),
        ages: "0か月～1歳未満",
        week: "月～土",
        opens: (9, 0),
        closes: (18, 0),
        capacity: 4,
        access: "皆生新田の停留所から徒歩4分",
        parking: "5台",
        notes: "助産師が24時間います。お部屋はすべて個室です。",
        care: None,
        window: None,
        others: &[Other::Stay, Other::Day, Other::Home],
    },
    Place {
        city: City::Sakaiminato,
        name: "境港なぎさ助産院",
        kana: "サカイミナトナギサジョサンイン",
        name_en: "Sakaiminato Nagisa Maternity Clinic",
        kind: FacilityKind::Other,
        kind_text: "助産所",
        town: "米川町",
        position: (35.5386, 133.2335),
        ages: "0か月～1歳未満",
        week: "月～土",
        opens: (9, 0),
        closes: (18, 0),
        capacity: 3,
        access: "米川町の停留所から徒歩3分",
        parking: "4台",
        notes: "小さな家のような助産院です。ごきょうだいの同伴はご相談ください。",
        care: None,
        window: None,
        others: &[Other::Stay, Other::Day, Other::Home],
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
        for offered in offers(n, place) {
            slots::store::insert_offering(conn, &offered.offering, &listing.municipality)?;
        }
    }
    Ok(())
}

/// What a facility offers: temporary care first, then open nursery, visits, and what else there is.
pub fn offers(n: usize, place: &Place) -> Vec<Offered> {
    let care = place.care.as_ref().map(|care| care_offered(n, place, care));
    let window = place.window.as_ref().map(|window| {
        let mut offered = offered(n, 2, open_nursery::KEY, &[], vec![line(weekdays(place), window.starts, window.ends, window.bands)]);
        offered.offering.hourly_yen = window.hourly_yen;
        offered
    });
    let visit = place.care.is_some().then(|| visit_offered(n, place));
    care.into_iter().chain(window).chain(visit).chain(place.others.iter().map(|other| other_offered(n, *other))).collect()
}

/// A block of an offering: its key, from when to when, and so many nights later.
type Part = (&'static str, (u32, u32), (u32, u32), u32);

/// The k-th offering of a facility.
fn offered(n: usize, k: usize, programme: &str, parts: &[Part], pattern: Vec<PatternLine>) -> Offered {
    let block = |(key, starts, ends, nights): &Part| BlockTimes {
        key: (*key).to_owned(),
        starts: clock(*starts),
        ends: clock(*ends),
        nights: *nights,
    };
    let offering = Offering {
        id: OfferingId::new(id(Kind::Offering, if k <= 2 { n * 2 + k } else { 1000 + n * 10 + k })),
        facility_id: facility_id(n),
        programme: ProgrammeKey::new(programme),
        blocks: parts.iter().map(block).collect(),
        hourly_yen: None,
        confirmation: None,
    };
    Offered { offering, pattern }
}

fn care_offered(n: usize, place: &Place, care: &Care) -> Offered {
    let parts = [("day", care.starts, care.ends, 0), ("morning", care.starts, care.midday, 0), ("afternoon", care.midday, care.ends, 0)];
    let mut pattern = vec![line(weekdays(place), care.starts, care.ends, care.bands)];
    if care.saturdays && !place.every_day() {
        pattern.push(line(&[Weekday::Sat], care.starts, care.midday, care.bands));
    }
    for line in &mut pattern {
        (line.room, line.carers) = care.staffed.unzip();
    }
    let mut offered = offered(n, 1, temporary_care::KEY, &parts, pattern);
    // Here the carers want to hear how the child is before they say yes.
    if n == CONFIRMS_ITSELF {
        offered.offering.confirmation = Some(Confirmation::ByFacility { hours: 24, if_silent: IfSilent::Confirm });
    }
    offered
}

/// Two mornings a week, not the same everywhere. Where staff of Sakaiminato sign in they confirm visits, so that they see requests.
fn visit_offered(n: usize, place: &Place) -> Offered {
    let days = if n.is_multiple_of(2) { [Weekday::Tue, Weekday::Thu] } else { [Weekday::Wed, Weekday::Fri] };
    let from = if place.every_day() { (14, 0) } else { (10, 0) };
    let mut offered = offered(n, 3, visit::KEY, &[], vec![line(&days, from, (from.0 + 1, 30), FAMILY)]);
    if n == SAKAIMINATO_EVERY_DAY {
        offered.offering.confirmation = Some(Confirmation::ByFacility { hours: 48, if_silent: IfSilent::Confirm });
    }
    offered
}

fn other_offered(n: usize, other: Other) -> Offered {
    let babies = |places| vec![BandPlaces { from_age: 0, under_age: 1, capacity: places }];
    match other {
        Other::Stay => {
            let parts = [("night", (10, 0), (10, 0), 1), ("two_nights", (10, 0), (10, 0), 2)];
            let nights = |weekday: &[Weekday], nights| PatternLine { nights, bands: babies(2), ..line(weekday, (10, 0), (10, 0), &[]) };
            let pattern = vec![nights(&[Weekday::Mon, Weekday::Wed], 2), nights(&[Weekday::Fri], 1)];
            offered(n, 4, postnatal::STAY, &parts, pattern)
        }
        Other::Day => {
            let line = PatternLine { bands: babies(2), ..line(&[Weekday::Tue, Weekday::Thu], (10, 0), (16, 0), &[]) };
            offered(n, 5, postnatal::DAY, &[("day", (10, 0), (16, 0), 0)], vec![line])
        }
        Other::Home => {
            // One midwife; twins are one visit.
            let line = PatternLine { bands: babies(2), room: Some(2), ..line(&[Weekday::Mon, Weekday::Fri], (9, 0), (17, 0), &[]) };
            offered(n, 6, postnatal::HOME, &[], vec![line])
        }
        Other::Sick { room, carers } => {
            let line = PatternLine { room: Some(room), carers: Some(carers), ..line(WORKDAYS, (8, 30), (17, 30), SICK) };
            offered(n, 7, sick_child::KEY, &[("day", (8, 30), (17, 30), 0)], vec![line])
        }
    }
}

/// A line of a weekly pattern where the bands alone count.
fn line(weekdays: &[Weekday], from: (u32, u32), until: (u32, u32), bands: &[Band]) -> PatternLine {
    PatternLine {
        weekdays: weekdays.to_vec(),
        starts: clock(from),
        ends: clock(until),
        nights: 0,
        room: None,
        carers: None,
        bands: places(bands),
    }
}

const WORKDAYS: &[Weekday] = &[Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri];
const ALL_DAYS: &[Weekday] = &[Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri, Weekday::Sat, Weekday::Sun];

fn weekdays(place: &Place) -> &'static [Weekday] {
    if place.every_day() { ALL_DAYS } else { WORKDAYS }
}

/// A time of day from hour and minute.
fn clock((hour, minute): (u32, u32)) -> NaiveTime {
    time(hour, minute)
}

/// Bands as a pattern has them.
fn places(bands: &[Band]) -> Vec<BandPlaces> {
    bands
        .iter()
        .map(|(from_age, under_age, capacity)| BandPlaces { from_age: *from_age, under_age: *under_age, capacity: *capacity })
        .collect()
}

/// A facility as its slots show it.
pub fn shown(n: usize, place: &Place) -> Result<SlotFacility, DbError> {
    Ok(SlotFacility {
        id: facility_id(n),
        name: place.name.to_owned(),
        kana: place.kana.to_owned(),
        name_en: Some(place.name_en.to_owned()),
        municipality: code(place.city)?,
        position: Some(Position { latitude: place.position.0, longitude: place.position.1 }),
        fictional: true,
    })
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
        assert_eq!((count(City::Yonago), count(City::Sakaiminato)), (15, 9));
        assert!(PLACES[YONAGO_EVERY_DAY].every_day() && PLACES[SAKAIMINATO_EVERY_DAY].every_day());
        assert_eq!((PLACES[YONAGO_EVERY_DAY].city, PLACES[SAKAIMINATO_EVERY_DAY].city), (City::Yonago, City::Sakaiminato));
    }

    #[test]
    fn every_programme_is_offered_in_both_cities() {
        let offered = |city, programme: &str| {
            let places = PLACES.iter().enumerate().filter(|(_, place)| place.city == city);
            places.filter(|(n, place)| offers(*n, place).iter().any(|o| o.offering.programme.as_str() == programme)).count()
        };
        for (programme, yonago, sakaiminato) in [
            (temporary_care::KEY, 13, 8),
            (open_nursery::KEY, 8, 5),
            (visit::KEY, 13, 8),
            (postnatal::STAY, 1, 1),
            (postnatal::DAY, 2, 1),
            (postnatal::HOME, 1, 1),
            (sick_child::KEY, 1, 1),
        ] {
            assert_eq!((offered(City::Yonago, programme), offered(City::Sakaiminato, programme)), (yonago, sakaiminato), "{programme}");
        }
        assert!(PLACES[SAKAIMINATO_CLINIC].others.contains(&Other::Stay));
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

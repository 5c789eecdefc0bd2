//! Facilities (施設) and everything that the national list of childcare facilities (子育て施設一覧) knows about them.

pub mod ages;
pub mod columns;
pub mod days;
pub mod kinds;
pub mod reading;
pub mod report;
pub mod words;
pub mod writing;

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, NaiveTime, Utc, Weekday};
use serde::{Deserialize, Serialize};

pub use ages::{AgeLimit, AgeRange, AgeStart};
pub use kinds::FacilityKind;
pub use reading::Rejection;
pub use report::{Encoding, FileReport, Finding, ImportReport, Severity};

use crate::ids::FacilityId;
use crate::municipalities::{MunicipalityCode, Position};
use crate::programmes::ProgrammeKey;

/// A programme at a facility, as a family reads it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FacilityProgramme {
    /// The programme.
    pub key: ProgrammeKey,
    /// The facility's own price of an hour in yen; the programme's fees hold where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hourly_yen: Option<i64>,
    /// Whether a child needs a first interview before.
    #[serde(default)]
    pub interview: bool,
}

/// A facility: what is published about it, under an id of ours.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Facility {
    /// Its id.
    pub id: FacilityId,
    /// What is published about it.
    #[serde(flatten)]
    pub listing: Listing,
    /// Made up for a demonstration; screens must say so.
    pub fictional: bool,
    /// The day on which it opens; none: it has long been there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opens_on: Option<NaiveDate>,
    /// The last day before it closes for good.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_day: Option<NaiveDate>,
    /// The programmes that it offers.
    #[serde(default)]
    pub programmes: Vec<FacilityProgramme>,
    /// When anything of it changed last.
    pub updated_at: DateTime<Utc>,
}

/// What a municipality publishes about a facility. Texts are kept as published; what could be read for sure stands next to them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Listing {
    /// The municipality that publishes it (全国地方公共団体コード).
    pub municipality: MunicipalityCode,
    /// Its ID in the municipality's list; with the code the identity of an import.
    pub source_id: String,
    /// 名称
    pub name: String,
    /// 名称_カナ, in full-width katakana.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kana: Option<String>,
    /// 名称_英字
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name_en: Option<String>,
    /// What kind of facility it is.
    pub kind: FacilityKind,
    /// 種別 as published.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind_text: Option<String>,
    /// Where it is, in words.
    #[serde(default)]
    pub address: Address,
    /// Where it is on the map.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<Position>,
    /// How high it lies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub elevation: Option<Elevation>,
    /// アクセス方法
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access: Option<String>,
    /// 駐車場情報
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parking: Option<String>,
    /// How to reach its people.
    #[serde(default)]
    pub contact: Contact,
    /// Who runs it.
    #[serde(default)]
    pub operator: Operator,
    /// 収容定員, in children.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capacity: Option<u32>,
    /// 受入年齢
    #[serde(default)]
    pub ages: Ages,
    /// When it is open.
    #[serde(default)]
    pub opening: Opening,
    /// Temporary care (一時預かり) and its fees.
    #[serde(default)]
    pub care: Care,
    /// 病児保育の有無; absent: not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sick_care: Option<bool>,
    /// What parents find there.
    #[serde(default)]
    pub amenities: Amenities,
    /// Its page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// 画像, the address of a picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<String>,
    /// 画像_ライセンス
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image_licence: Option<String>,
    /// 備考
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notes: Option<String>,
    /// Texts as published, by the name of their column, that could not be read for sure and therefore fill no field.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub unread: BTreeMap<String, String>,
}

impl Listing {
    /// A listing of which only the name is known so far.
    pub fn named(municipality: MunicipalityCode, source_id: &str, name: &str, kind: FacilityKind) -> Self {
        Self {
            municipality,
            source_id: source_id.to_owned(),
            name: name.to_owned(),
            kana: None,
            name_en: None,
            kind,
            kind_text: None,
            address: Address::default(),
            position: None,
            elevation: None,
            access: None,
            parking: None,
            contact: Contact::default(),
            operator: Operator::default(),
            capacity: None,
            ages: Ages::default(),
            opening: Opening::default(),
            care: Care::default(),
            sick_care: None,
            amenities: Amenities::default(),
            url: None,
            image: None,
            image_licence: None,
            notes: None,
            unread: BTreeMap::new(),
        }
    }
}

/// Where a facility is, in words.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Address {
    /// The whole address in one line (所在地_連結表記), without the building.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The municipality in which it lies, which may be another than the one that publishes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub municipality: Option<MunicipalityCode>,
    /// 町字ID
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub town_id: Option<String>,
    /// 都道府県
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prefecture: Option<String>,
    /// 市区町村
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub city: Option<String>,
    /// 町字
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub town: Option<String>,
    /// 番地以下
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub block: Option<String>,
    /// 建物名等(方書)
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub building: Option<String>,
    /// 郵便番号, with its hyphen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub postal_code: Option<String>,
}

/// How high a facility lies (高度).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Elevation {
    /// 高度の種別, such as 海抜 or 階数, as published.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// 高度の値, in the unit of its kind.
    pub value: f64,
}

/// How to reach the people of a facility.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Contact {
    /// Telephone with hyphens, such as `048-252-4384`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// 内線番号
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extension: Option<String>,
    /// Fax with hyphens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fax: Option<String>,
    /// 連絡先メールアドレス
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mail: Option<String>,
    /// 連絡先FormURL
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub form_url: Option<String>,
    /// 連絡先備考（その他、SNSなど）
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notes: Option<String>,
}

/// Who runs a facility.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Operator {
    /// 法人番号: 13 digits whose check digit is right.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub corporate_number: Option<String>,
    /// 団体名
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// 認可等年月日
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approved_on: Option<NaiveDate>,
}

/// Which ages a facility takes (受入年齢).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Ages {
    /// The ages, where the text could be read for sure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub range: Option<AgeRange>,
    /// As published.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

/// When a facility is open.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Opening {
    /// The days of the week on which it is open, `Mon` to `Sun`, where the text could be read for sure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Vec<String>>))]
    pub weekdays: Option<Vec<Weekday>>,
    /// Whether it is open on national holidays; absent: not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_holidays: Option<bool>,
    /// 利用可能曜日 as published.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weekdays_text: Option<String>,
    /// 開始時間
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opens_at: Option<NaiveTime>,
    /// 終了時間; `00:00:00` is the midnight at the end of the day (24:00).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closes_at: Option<NaiveTime>,
    /// 利用可能日時特記事項
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notes: Option<String>,
}

/// Temporary care (一時預かり) at a facility, as its municipality lists it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Care {
    /// 一時預かりの有無; absent: not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub temporary: Option<bool>,
    /// 子供預かり料金種別
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fee_kind: Option<String>,
    /// 子供預かり料金 as published.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fee: Option<String>,
    /// 子供預かり料金備考
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fee_notes: Option<String>,
    /// 子供預かり開所時間
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opens_at: Option<NaiveTime>,
    /// 子供預かり閉所時間; `00:00:00` is the midnight at the end of the day (24:00).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closes_at: Option<NaiveTime>,
}

/// What parents find at a facility; absent: not known.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Amenities {
    /// 授乳室
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nursing_room: Option<bool>,
    /// おむつ替えコーナー
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changing_corner: Option<bool>,
    /// 飲食可否
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub eating: Option<bool>,
    /// ベビーカー貸出
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stroller_rental: Option<bool>,
    /// ベビーカー利用
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strollers_allowed: Option<bool>,
}

/// A facility in a list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FacilitySummary {
    /// Its id.
    pub id: FacilityId,
    /// The municipality that publishes it.
    pub municipality: MunicipalityCode,
    /// Its name.
    pub name: String,
    /// Its name in katakana.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kana: Option<String>,
    /// What kind of facility it is.
    pub kind: FacilityKind,
    /// Its address with the building, in one line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// Where it is on the map.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<Position>,
    /// Telephone with hyphens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// Made up for a demonstration; screens must say so.
    pub fictional: bool,
    /// Metres from the point that was asked for with `near`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metres: Option<u32>,
}

/// Which facilities to list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams), into_params(parameter_in = Query))]
pub struct FacilityQuery {
    /// One municipality, or several with commas.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub municipality: Option<String>,
    /// Only where this programme is offered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", param(value_type = Option<String>))]
    pub programme: Option<ProgrammeKey>,
    /// `latitude,longitude`: nearest first, and the distance is told. Without it the order is by reading.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub near: Option<String>,
    /// Words in the name, its reading or the address; all must occur. Kana, width and case do not matter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", param(max_length = 100))]
    pub q: Option<String>,
    /// So many at most, up to 200.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", param(minimum = 1, maximum = 200))]
    pub limit: Option<u32>,
    /// From the page before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}

impl Address {
    /// The address and the building in one line.
    pub fn line(&self) -> Option<String> {
        let whole = self.text.clone().or_else(|| {
            let parts: String = [&self.prefecture, &self.city, &self.town, &self.block].into_iter().flatten().map(String::as_str).collect();
            (!parts.is_empty()).then_some(parts)
        })?;
        Some(match &self.building {
            Some(building) => format!("{whole} {building}"),
            None => whole,
        })
    }
}

impl FacilitySummary {
    /// What a list shows of a facility.
    pub fn of(id: &FacilityId, listing: &Listing, fictional: bool, metres: Option<u32>) -> Self {
        Self {
            id: id.clone(),
            municipality: listing.municipality.clone(),
            name: listing.name.clone(),
            kana: listing.kana.clone(),
            kind: listing.kind,
            address: listing.address.line(),
            position: listing.position,
            phone: listing.contact.phone.clone(),
            fictional,
            metres,
        }
    }
}

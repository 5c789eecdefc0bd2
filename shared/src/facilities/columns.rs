//! The columns of the national list of childcare facilities, recognised by every spelling of their headers met in the wild.

use crate::text::to_ascii_width;

macro_rules! columns {
    ($($(#[$doc:meta])* $name:ident: $official:literal $(, $other:literal)*;)*) => {
        /// A column of the national list (子育て施設一覧, 53 columns).
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Column {
            $(#[doc = $official] $(#[$doc])* $name,)*
        }

        impl Column {
            /// Every column in the order of the national list.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// The header in the national list.
            pub const fn official(self) -> &'static str {
                match self {
                    $(Self::$name => $official,)*
                }
            }

            /// Other headers that cities use for it, in half width.
            const fn others(self) -> &'static [&'static str] {
                match self {
                    $(Self::$name => &[$($other),*],)*
                }
            }
        }
    };
}

columns! {
    Municipality: "全国地方公共団体コード", "自治体コード", "市区町村コード", "都道府県コード又は市区町村コード", "地方公共団体コード", "団体コード";
    SourceId: "ID", "NO", "NO.", "No.", "番号", "施設ID", "施設番号";
    MunicipalityName: "地方公共団体名", "自治体名", "団体名称";
    Name: "名称", "施設名", "施設名称", "施設の名称";
    Kana: "名称_カナ", "名称カナ", "名称(カナ)", "名称_かな", "施設名カナ", "施設名_カナ", "フリガナ";
    NameEn: "名称_英字", "名称_英語", "名称(英字)";
    Kind: "種別", "施設種別", "施設区分", "区分", "種類";
    AddressMunicipality: "所在地_全国地方公共団体コード", "所在地_自治体コード", "所在地_市区町村コード";
    TownId: "町字ID", "所在地_町字ID";
    Address: "所在地_連結表記", "所在地_連結標記", "所在地", "住所", "所在地_住所";
    Prefecture: "所在地_都道府県", "都道府県", "都道府県名";
    City: "所在地_市区町村", "市区町村", "市区町村名";
    Town: "所在地_町字", "町字";
    Block: "所在地_番地以下", "番地以下";
    Building: "建物名等(方書)", "建物名等", "方書", "建物名";
    Latitude: "緯度";
    Longitude: "経度";
    ElevationKind: "高度の種別", "高度種別";
    ElevationValue: "高度の値", "高度値";
    Access: "アクセス方法", "アクセス", "交通アクセス";
    Parking: "駐車場情報", "駐車場";
    Phone: "電話番号", "連絡先電話番号", "電話", "TEL";
    Extension: "内線番号", "連絡先内線番号", "内線";
    Fax: "FAX番号", "連絡先FAX番号", "FAX", "ファクス番号";
    Mail: "連絡先メールアドレス", "メールアドレス", "E-mail", "Email", "eメール";
    FormUrl: "連絡先FormURL", "FormURL", "お問い合わせフォームURL";
    ContactNotes: "連絡先備考(その他、SNSなど)", "連絡先備考", "連絡先_備考";
    PostalCode: "郵便番号", "所在地_郵便番号";
    CorporateNumber: "法人番号";
    Operator: "団体名", "設置者", "設置主体", "運営主体", "運営法人", "運営者", "設置者名", "経営主体";
    ApprovedOn: "認可等年月日", "許可等年月日", "認可年月日", "設置認可年月日";
    Capacity: "収容定員", "定員", "利用定員", "認可定員";
    Ages: "受入年齢", "対象年齢", "受け入れ年齢", "受入れ年齢";
    Weekdays: "利用可能曜日", "開所曜日", "開園曜日", "利用曜日";
    OpensAt: "開始時間", "開所時間", "開園時間", "利用開始時間", "開始時刻";
    ClosesAt: "終了時間", "閉所時間", "閉園時間", "利用終了時間", "終了時刻";
    OpeningNotes: "利用可能日時特記事項", "利用可能日時特記", "利用可能時間特記事項";
    TemporaryCare: "一時預かりの有無", "一時預かり", "一時保育の有無", "一時保育";
    CareFeeKind: "子供預かり料金種別", "子ども預かり料金種別";
    CareFee: "子供預かり料金", "子ども預かり料金";
    CareFeeNotes: "子供預かり料金備考", "子ども預かり料金備考";
    CareOpensAt: "子供預かり開所時間", "子ども預かり開所時間";
    CareClosesAt: "子供預かり閉所時間", "子ども預かり閉所時間";
    SickCare: "病児保育の有無", "病児保育";
    NursingRoom: "授乳室", "授乳室の有無";
    ChangingCorner: "おむつ替えコーナー", "おむつ替えコーナーの有無", "オムツ替えコーナー";
    Eating: "飲食可否", "飲食の可否";
    StrollerRental: "ベビーカー貸出", "ベビーカーの貸出";
    StrollersAllowed: "ベビーカー利用", "ベビーカーの利用";
    Url: "URL", "ホームページ", "ホームページURL", "Webサイト";
    Image: "画像", "画像URL";
    ImageLicence: "画像_ライセンス", "画像ライセンス";
    Notes: "備考", "備考欄";
}

/// Without these nothing can be imported: an identity and a name.
pub const REQUIRED: [Column; 3] = [Column::Municipality, Column::SourceId, Column::Name];

/// A header without regard to width, case and spaces.
pub fn plain_header(header: &str) -> String {
    let narrow: String = to_ascii_width(header).chars().filter(|c| !c.is_whitespace() && *c != '\u{FEFF}').collect();
    narrow.to_lowercase()
}

impl Column {
    /// The column that a header names, without regard to width, case and spaces.
    pub fn recognise(header: &str) -> Option<Self> {
        let wanted = plain_header(header);
        Self::ALL
            .iter()
            .copied()
            .find(|column| plain_header(column.official()) == wanted || column.others().iter().any(|other| plain_header(other) == wanted))
    }
}

/// Which of a file's columns is which.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Columns {
    /// The headers as the file writes them, each with what it is.
    headers: Vec<(String, Option<Column>)>,
}

impl Columns {
    /// Recognises the columns of a header. Of two headers for one column the first counts.
    pub fn recognise<'a>(header: impl IntoIterator<Item = &'a str>) -> Self {
        let mut headers: Vec<(String, Option<Column>)> = Vec::new();
        for text in header {
            let column = Column::recognise(text).filter(|column| headers.iter().all(|(_, known)| *known != Some(*column)));
            headers.push((text.trim().to_owned(), column));
        }
        Self { headers }
    }

    /// Where a column stands.
    pub fn place(&self, column: Column) -> Option<usize> {
        self.headers.iter().position(|(_, known)| *known == Some(column))
    }

    /// A column's header as the file writes it.
    pub fn header(&self, column: Column) -> Option<&str> {
        self.headers.iter().find(|(_, known)| *known == Some(column)).map(|(text, _)| text.as_str())
    }

    /// Every header as the file writes it.
    pub fn headers(&self) -> impl Iterator<Item = &str> {
        self.headers.iter().map(|(text, _)| text.as_str())
    }

    /// How many fields a record has.
    pub const fn len(&self) -> usize {
        self.headers.len()
    }

    /// Whether there is no column at all.
    pub const fn is_empty(&self) -> bool {
        self.headers.is_empty()
    }

    /// Headers that name no column or one that was there before; headers without a text are only commas at the end of lines.
    pub fn unknown(&self) -> impl Iterator<Item = &str> {
        self.headers.iter().filter(|(text, known)| known.is_none() && !text.is_empty()).map(|(text, _)| text.as_str())
    }

    /// What an import cannot do without and this file does not have.
    pub fn missing(&self) -> impl Iterator<Item = Column> {
        REQUIRED.into_iter().filter(|column| self.place(*column).is_none())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn the_list_has_53_columns_and_no_header_means_two_of_them() {
        assert_eq!(Column::ALL.len(), 53);
        let mut seen = BTreeMap::new();
        for column in Column::ALL {
            for header in std::iter::once(&column.official()).chain(column.others()) {
                if let Some(other) = seen.insert(plain_header(header), *column) {
                    assert_eq!(other, *column, "{header}");
                }
            }
        }
    }

    #[test]
    fn headers_are_recognised_in_the_spellings_of_other_cities() {
        for (header, column) in [
            ("全国地方公共団体コード", Column::Municipality),
            ("自治体コード", Column::Municipality),
            ("所在地_自治体コード", Column::AddressMunicipality),
            ("所在地_連結標記", Column::Address),
            ("建物名等", Column::Building),
            ("建物名等（方書）", Column::Building),
            ("メールアドレス", Column::Mail),
            ("連絡先備考", Column::ContactNotes),
            ("連絡先備考（その他、SNSなど）", Column::ContactNotes),
            ("許可等年月日", Column::ApprovedOn),
            ("利用可能日時特記", Column::OpeningNotes),
            ("画像ライセンス", Column::ImageLicence),
            ("住所", Column::Address),
            ("ＩＤ", Column::SourceId),
            ("No", Column::SourceId),
            (" ＵＲＬ ", Column::Url),
            ("fax番号", Column::Fax),
        ] {
            assert_eq!(Column::recognise(header), Some(column), "{header}");
        }
        assert_eq!(Column::recognise("園庭の有無"), None);
    }

    #[test]
    fn a_short_form_says_what_it_lacks_and_what_nobody_knows() {
        let columns = Columns::recognise(["名称", "種別", "住所", "電話番号", "一時預かりの有無", "URL", "備考", "園庭", "所在地", ""]);
        assert_eq!(columns.missing().collect::<Vec<_>>(), [Column::Municipality, Column::SourceId]);
        assert_eq!(columns.unknown().collect::<Vec<_>>(), ["園庭", "所在地"]);
        assert_eq!(columns.place(Column::Phone), Some(3));
        assert_eq!(columns.header(Column::Address), Some("住所"));
    }
}

//! The document of a kind of file, for whoever writes or reads such files: a table schema (CSV on the Web) made from the columns themselves.

use serde_json::{Value, json};

use super::Kind;
use super::sheet::{Column, Holds};
use super::{certified, residents};

/// The document of a kind of file.
pub fn document(kind: Kind) -> Value {
    match kind {
        Kind::Residents => of_columns::<residents::Column>("住民異動・世帯情報", &["全国地方公共団体コード", "住民キー"]),
        Kind::Certified => of_columns::<certified::Column>("認定・利用時間", &["全国地方公共団体コード", "認定番号", "利用月", "記録元"]),
    }
}

/// Its name in the folder of documents.
pub fn file_name(kind: Kind) -> String {
    format!("registers-{}.csvw.json", kind.as_str())
}

fn of_columns<C: Column>(title: &str, primary: &[&str]) -> Value {
    let columns: Vec<Value> = C::ALL
        .iter()
        .map(|column| {
            json!({
                "titles": column.header(),
                "required": column.is_required(),
                "datatype": datatype(column.holds()),
                "dc:description": column.about(),
            })
        })
        .collect();
    json!({
        "@context": "http://www.w3.org/ns/csvw",
        "dc:title": title,
        "dc:description": "A format of Yumigahama's own; it claims to fit no other system. UTF-8 with a byte order mark, or CP932; CRLF or LF; a header in the first line, columns in any order. Words that begin with = + - @ carry an apostrophe before them. A file in which an individual number (個人番号) stands is refused whole.",
        "form": C::KIND.form(),
        "dialect": { "header": true, "delimiter": ",", "quoteChar": "\"", "doubleQuote": true },
        "tableSchema": { "columns": columns, "primaryKey": primary },
    })
}

fn datatype(holds: Holds) -> Value {
    match holds {
        Holds::Text => json!({ "base": "string", "maxLength": 4000 }),
        Holds::Key => json!({ "base": "string", "format": "[A-Za-z0-9._:-]{1,64}" }),
        Holds::Code => json!({ "base": "string", "format": "[0-9]{6}" }),
        Holds::Kana => json!({ "base": "string", "format": "[ァ-ヺー・ ]{1,60}" }),
        Holds::Day => json!({ "base": "date", "format": "yyyy-MM-dd" }),
        Holds::Month => json!({ "base": "gYearMonth", "format": "yyyy-MM" }),
        Holds::Count => json!({ "base": "integer", "minimum": 0, "maximum": 1_000_000 }),
        Holds::OneOf(words) => json!({ "base": "string", "format": words.join("|") }),
    }
}

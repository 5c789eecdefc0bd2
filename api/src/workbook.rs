//! Workbooks (Excel) in a plain official layout: a title, lines of particulars, a table with its head and totals, ready to be printed.

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook, Worksheet, XlsxError};
use shared::time::tokyo;

use crate::error::ApiError;

/// The type of such a file.
pub const MEDIA_TYPE: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// Words of more letters are broken where the column ends.
const LONG: usize = 40;

/// What stands in a cell. Words are never read as a formula.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    /// Words.
    Text(String),
    /// A whole number, with separators between thousands.
    Number(i64),
    /// A day.
    Day(NaiveDate),
}

/// A column: its head, and how wide it is in letters.
pub type Column = (String, f64);

/// A sheet.
#[derive(Debug, Clone, Default)]
pub struct Sheet {
    /// Its name, on its tab; 31 letters at most.
    pub name: String,
    /// What it is.
    pub title: String,
    /// What it is about, each with its name.
    pub facts: Vec<(String, Cell)>,
    /// The columns.
    pub columns: Vec<Column>,
    /// The rows of the table.
    pub rows: Vec<Vec<Cell>>,
    /// The last row, with the sums; empty for none.
    pub totals: Vec<Cell>,
}

struct Formats {
    title: Format,
    head: Format,
    plain: Format,
    lines: Format,
    number: Format,
    day: Format,
}

impl Formats {
    fn new() -> Self {
        // A type that the offices' machines have.
        let plain = || Format::new().set_font_name("Yu Gothic").set_font_size(10.0);
        let cell = || plain().set_border(FormatBorder::Thin).set_align(FormatAlign::VerticalCenter);
        Self {
            title: plain().set_bold().set_font_size(14.0),
            head: cell().set_bold().set_align(FormatAlign::Center).set_text_wrap().set_background_color("#EDEDED"),
            plain: cell(),
            lines: cell().set_text_wrap(),
            // Offices write what is less than nothing with a triangle.
            number: cell().set_num_format("#,##0;\"△\"#,##0"),
            day: cell().set_num_format("yyyy/mm/dd").set_align(FormatAlign::Left),
        }
    }

    fn write(&self, sheet: &mut Worksheet, row: u32, column: u16, cell: &Cell, strong: bool) -> Result<(), XlsxError> {
        let format = |format: &Format| if strong { format.clone().set_bold() } else { format.clone() };
        match cell {
            Cell::Text(words) if LONG < words.chars().count() || words.contains('\n') => {
                sheet.write_string_with_format(row, column, words, &format(&self.lines))?
            }
            Cell::Text(words) => sheet.write_string_with_format(row, column, words, &format(&self.plain))?,
            Cell::Number(number) => {
                // A sheet knows binary fractions only; whole numbers stay exact far beyond any amount of yen.
                let number = i32::try_from(*number).map_err(|_| XlsxError::ParameterError("number".to_owned()))?;
                sheet.write_number_with_format(row, column, f64::from(number), &format(&self.number))?
            }
            Cell::Day(day) => {
                let (year, month, day) = (u16::try_from(day.year()).unwrap_or(1900), small(day.month()), small(day.day()));
                sheet.write_datetime_with_format(row, column, ExcelDateTime::from_ymd(year, month, day)?, &format(&self.day))?
            }
        };
        Ok(())
    }
}

/// The last of the columns over which what a fact is stands.
const FACT_UNTIL: u16 = 3;

fn small(number: u32) -> u8 {
    u8::try_from(number).unwrap_or(1)
}

/// The file of some sheets, made at an instant: the same sheets are always the same file.
pub fn write(sheets: &[Sheet], made_at: DateTime<Utc>) -> Result<Vec<u8>, ApiError> {
    put(sheets, made_at).map_err(|error| ApiError::Internal(format!("workbook: {error}")))
}

fn put(sheets: &[Sheet], made_at: DateTime<Utc>) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let day = tokyo(made_at);
    let created = ExcelDateTime::from_ymd(u16::try_from(day.year()).unwrap_or(1900), small(day.month()), small(day.day()))?;
    book.set_properties(&DocProperties::new().set_creation_datetime(&created));
    let formats = Formats::new();
    for sheet in sheets {
        put_sheet(book.add_worksheet(), sheet, &formats)?;
    }
    book.save_to_buffer()
}

fn put_sheet(page: &mut Worksheet, sheet: &Sheet, formats: &Formats) -> Result<(), XlsxError> {
    page.set_name(&sheet.name)?.set_landscape().set_paper_size(9).set_print_fit_to_pages(1, 0);
    page.set_footer("&C&P / &N");
    page.write_string_with_format(0, 0, &sheet.title, &formats.title)?;
    let mut row = 1;
    for (name, what) in &sheet.facts {
        page.write_string_with_format(row, 0, name, &formats.head)?;
        // Longer than the columns below are wide.
        page.merge_range(row, 1, row, FACT_UNTIL, "", &formats.plain)?;
        formats.write(page, row, 1, what, false)?;
        row += 1;
    }
    row += 1;
    for ((words, width), column) in sheet.columns.iter().zip(0..) {
        page.set_column_width(column, *width)?;
        page.write_string_with_format(row, column, words, &formats.head)?;
    }
    // The head stays in sight, and stands on every printed page.
    page.set_freeze_panes(row + 1, 0)?.set_repeat_rows(row, row)?;
    for cells in &sheet.rows {
        row += 1;
        for (cell, column) in cells.iter().zip(0..) {
            formats.write(page, row, column, cell, false)?;
        }
    }
    for (cell, column) in sheet.totals.iter().zip(0..) {
        formats.write(page, row + 1, column, cell, true)?;
    }
    Ok(())
}

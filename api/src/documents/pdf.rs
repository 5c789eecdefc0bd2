//! Official letters on paper: a `Document` as PDF/A-2a and PDF/UA-1, A4, tagged for those who listen to it. The same letter is always the
//! same bytes.

mod table;

use std::num::NonZeroU16;

use chrono::Datelike;
use krilla::configure::{Accessibility, Archival, ConfigurationBuilder};
use krilla::destination::XyzDestination;
use krilla::geom::{PathBuilder, Point};
use krilla::metadata::{DateTime, Metadata};
use krilla::num::NormalizedF32;
use krilla::outline::{Outline, OutlineNode};
use krilla::page::PageSettings;
use krilla::paint::{Fill, Stroke};
use krilla::surface::Surface;
use krilla::tagging::{Artifact, ArtifactType, ContentTag, Identifier, Node, SpanTag, TableHeaderScope, Tag, TagGroup, TagTree};
use krilla::text::{Font, GlyphId, KrillaGlyph};
use krilla::{Data, SerializeSettings};
use shared::documents::Document;
use shared::problem::{Datum, Reason};

pub use self::table::{Column, PaperTable};
use super::lines::{FONT, Type};
use crate::error::ApiError;

/// A4, in points.
const PAGE: (f32, f32) = (595.276, 841.89);
/// The edge that stays free, 25 mm at the sides and 22 mm above and below.
const SIDE: f32 = 70.866;
const TOP: f32 = 62.362;
const BOTTOM: f32 = PAGE.1 - TOP;
const COLUMN: f32 = PAGE.0 - 2.0 * SIDE;

const TEXT: f32 = 10.5;
const SMALL: f32 = 9.0;
const TITLE: f32 = 16.0;
/// From one line to the next, 1 being the size of the type.
const LEADING: f32 = 1.65;
/// The column of the names of facts.
const NAMES: f32 = 110.0;
/// What stays free inside of a cell.
const CELL: f32 = 6.0;

/// What a line belongs to, for those who listen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Title,
    Heading,
    Paragraph,
    /// The name of a fact; what it is follows.
    Name,
    Fact,
    /// The head of a column.
    Head {
        /// Whether it is the last one.
        ends_row: bool,
    },
    /// A cell of a table.
    Cell {
        /// Whether it is the last one of its row.
        ends_row: bool,
    },
}

/// A line of letters at its place, its base at `y`.
struct Line {
    x: f32,
    y: f32,
    size: f32,
    text: String,
    /// Which part of the letter it belongs to.
    part: usize,
}

#[derive(Default)]
struct Sheet {
    lines: Vec<Line>,
    /// What is seen and not read aloud: the head of a table again.
    marks: Vec<Line>,
    /// Lines that are drawn, from where to where.
    rules: Vec<(Point, Point)>,
}

/// The letter laid out: what goes where on which page.
struct Layout {
    letters: &'static Type,
    sheets: Vec<Sheet>,
    parts: Vec<(Role, String)>,
    /// The upper end of what is still free on the last page.
    y: f32,
}

#[derive(Clone, Copy)]
enum Side {
    Left,
    Middle,
    Right,
}

impl Layout {
    fn new(letters: &'static Type) -> Self {
        Self { letters, sheets: vec![Sheet::default()], parts: Vec::new(), y: TOP }
    }

    fn part(&mut self, role: Role, text: &str) -> usize {
        self.parts.push((role, text.to_owned()));
        self.parts.len() - 1
    }

    /// Goes on to a new page where so much is not free any more.
    fn need(&mut self, height: f32) {
        if self.y + height > BOTTOM {
            self.sheets.push(Sheet::default());
            self.y = TOP;
        }
    }

    fn put(&mut self, line: Line) {
        if let Some(sheet) = self.sheets.last_mut() {
            sheet.lines.push(line);
        }
    }

    fn put_mark(&mut self, line: Line) {
        if let Some(sheet) = self.sheets.last_mut() {
            sheet.marks.push(line);
        }
    }

    fn rule(&mut self, from: (f32, f32), to: (f32, f32)) {
        if let Some(sheet) = self.sheets.last_mut() {
            sheet.rules.push((Point::from_xy(from.0, from.1), Point::from_xy(to.0, to.1)));
        }
    }

    /// A text in lines from the left, the middle or the right of the column, its first line so far in.
    fn text(&mut self, role: Role, text: &str, (size, side): (f32, Side), indent: f32) {
        let part = self.part(role, text);
        let lines = self.letters.lines(text, (COLUMN - indent) / size);
        // Some few lines are not torn apart.
        if lines.len() <= 3 {
            self.need(lines.iter().map(|_| size * LEADING).sum());
        }
        for line in lines {
            self.need(size * LEADING);
            self.y += size * LEADING;
            let free = COLUMN - indent - self.letters.width(line) * size;
            let x = SIDE
                + match side {
                    Side::Left => indent,
                    Side::Middle => free / 2.0,
                    Side::Right => free,
                };
            self.put(Line { x, y: self.y, size, text: line.to_owned(), part });
        }
    }

    fn space(&mut self, height: f32) {
        self.y += height;
    }

    /// The facts as a table of two columns; a row that is longer than what is left of a page goes on on the next.
    fn facts(&mut self, facts: &[shared::documents::Fact]) {
        let step = TEXT * LEADING;
        let (left, middle, right) = (SIDE, SIDE + NAMES, SIDE + COLUMN);
        let cell = |width: f32| (width - 2.0 * CELL) / TEXT;
        for fact in facts {
            let letters = self.letters;
            let names = letters.lines(&fact.name, cell(NAMES));
            let lines: Vec<&str> = fact.lines.iter().flat_map(|line| letters.lines(line, cell(COLUMN - NAMES))).collect();
            let (name, what) = (self.part(Role::Name, &fact.name), self.part(Role::Fact, &fact.lines.join(" ")));
            let height = |rows: usize| (0..rows).map(|_| step).sum::<f32>() + CELL;
            if height(names.len().max(lines.len())) < BOTTOM - TOP {
                self.need(height(names.len().max(lines.len())));
            }
            let mut top = self.y;
            self.rule((left, top), (right, top));
            for row in 0..names.len().max(lines.len()) {
                if self.y + step + CELL > BOTTOM {
                    self.y += CELL;
                    self.frame(top, [left, middle, right]);
                    self.need(BOTTOM);
                    top = self.y;
                    self.rule((left, top), (right, top));
                }
                self.y += step;
                for (x, line, part) in [(left, names.get(row), name), (middle, lines.get(row), what)] {
                    if let Some(line) = line {
                        self.put(Line { x: x + CELL, y: self.y, size: TEXT, text: (*line).to_owned(), part });
                    }
                }
            }
            self.y += CELL;
            self.frame(top, [left, middle, right]);
        }
    }

    /// Draws the sides and the lower end of a row that began at `top`.
    fn frame(&mut self, top: f32, columns: [f32; 3]) {
        let end = self.y;
        columns.iter().for_each(|x| self.rule((*x, top), (*x, end)));
        let [left, _, right] = columns;
        self.rule((left, end), (right, end));
    }
}

/// Lays a letter out.
fn lay_out(document: &Document, tables: &[PaperTable], letters: &'static Type) -> Layout {
    let mut layout = Layout::new(letters);
    let plain = |side| (TEXT, side);
    layout.text(Role::Paragraph, &document.number, plain(Side::Right), 0.0);
    layout.text(Role::Paragraph, &document.date, plain(Side::Right), 0.0);
    layout.space(TEXT);
    layout.text(Role::Paragraph, &document.addressee, (12.0, Side::Left), 0.0);
    layout.space(TEXT);
    for line in &document.sender {
        layout.text(Role::Paragraph, line, plain(Side::Right), 0.0);
    }
    layout.space(TITLE);
    layout.text(Role::Title, &document.title, (TITLE, Side::Middle), 0.0);
    layout.space(TITLE);
    for paragraph in &document.body {
        // The first line of a paragraph begins one letter further in.
        layout.text(Role::Paragraph, &format!("\u{3000}{paragraph}"), plain(Side::Left), 0.0);
    }
    layout.space(TEXT);
    layout.facts(&document.facts);
    for section in &document.sections {
        layout.space(TEXT);
        // A heading does not stay behind alone.
        layout.need(3.0 * TEXT * LEADING);
        layout.text(Role::Heading, &section.heading, (11.0, Side::Left), 0.0);
        layout.space(2.0);
        for paragraph in &section.paragraphs {
            layout.text(Role::Paragraph, paragraph, plain(Side::Left), TEXT);
        }
    }
    tables.iter().for_each(|table| layout.table(table));
    let missing = missing(document, tables, letters);
    if !missing.is_empty() {
        let told = Reason::new("documents.line.unprintable").with("codes", Datum::Text(missing.join("、"))).sentence(document.language);
        layout.space(TEXT);
        layout.text(Role::Paragraph, &told, (SMALL, Side::Left), 0.0);
    }
    layout
}

/// The characters of a letter that the type does not have, each as its number.
fn missing(document: &Document, tables: &[PaperTable], letters: &Type) -> Vec<String> {
    let facts = document.facts.iter().flat_map(|fact| std::iter::once(&fact.name).chain(&fact.lines));
    let sections = document.sections.iter().flat_map(|section| std::iter::once(&section.heading).chain(&section.paragraphs));
    let head = [&document.number, &document.date, &document.addressee, &document.title];
    let cells = tables.iter().flat_map(|table| table.rows.iter().flatten());
    let all = head.into_iter().chain(&document.sender).chain(&document.body).chain(facts).chain(sections).chain(cells);
    let mut missing: Vec<char> = all.flat_map(|text| text.chars()).filter(|letter| !letter.is_control() && !letters.has(*letter)).collect();
    missing.sort_unstable();
    missing.dedup();
    missing.into_iter().map(|letter| format!("U+{:04X}", u32::from(letter))).collect()
}

/// A letter as PDF.
pub fn render(document: &Document) -> Result<Vec<u8>, ApiError> {
    render_with(document, &[])
}

/// A letter with tables below it, as PDF.
pub fn render_with(document: &Document, tables: &[PaperTable]) -> Result<Vec<u8>, ApiError> {
    let fault = |what: &str| ApiError::Internal(format!("letter: {what}"));
    let letters = Type::get().ok_or_else(|| fault("no type"))?;
    let font = Font::new(Data::from(FONT), 0).ok_or_else(|| fault("no font"))?;
    let layout = lay_out(document, tables, letters);
    let configuration = ConfigurationBuilder::new()
        .with_archival_validator(Archival::A2_A)
        .with_accessibility_validator(Accessibility::UA1)
        .finish()
        .map_err(|error| fault(&format!("{error:?}")))?;
    let mut paper = krilla::Document::new_with(SerializeSettings { configuration, enable_tagging: true, ..SerializeSettings::default() });
    let mut ids: Vec<Vec<Identifier>> = vec![Vec::new(); layout.parts.len()];
    let mut outline = Outline::new();
    let pages = layout.sheets.len();
    for (n, sheet) in layout.sheets.iter().enumerate() {
        let settings = PageSettings::from_wh(PAGE.0, PAGE.1).ok_or_else(|| fault("page"))?;
        let mut page = paper.start_page_with(settings);
        let mut surface = page.surface();
        for line in &sheet.lines {
            let id = surface.start_tagged(ContentTag::Span(SpanTag::empty()));
            let heading = layout.parts.get(line.part).filter(|(role, _)| matches!(role, Role::Title | Role::Heading));
            if let Some((_, text)) = heading
                && ids.get(line.part).is_some_and(Vec::is_empty)
            {
                let place = XyzDestination::new(n, Point::from_xy(line.x, line.y - line.size));
                outline.push_child(OutlineNode::new(text.clone(), place));
            }
            let is_head = layout.parts.get(line.part).is_some_and(|(role, _)| matches!(role, Role::Head { .. }));
            draw(&mut surface, (letters, &font), line, is_head || heading.is_some());
            surface.end_tagged();
            if let Some(ids) = ids.get_mut(line.part) {
                ids.push(id);
            }
        }
        surface.start_tagged(ContentTag::Artifact(Artifact::with_kind(ArtifactType::Layout)));
        draw_rules(&mut surface, &sheet.rules);
        sheet.marks.iter().for_each(|line| draw(&mut surface, (letters, &font), line, true));
        surface.end_tagged();
        surface.start_tagged(ContentTag::Artifact(Artifact::with_kind(ArtifactType::Footer)));
        let text = format!("{}　{}／{pages}", document.number, n + 1);
        let x = (PAGE.0 - letters.width(&text) * SMALL) / 2.0;
        draw(&mut surface, (letters, &font), &Line { x, y: PAGE.1 - TOP / 2.0, size: SMALL, text, part: 0 }, false);
        surface.end_tagged();
        surface.finish();
        page.finish();
    }
    paper.set_outline(outline);
    paper.set_tag_tree(tags(&layout.parts, ids, document));
    let language = document.language.html_lang().to_owned();
    let day = document.issued_on;
    // The day of the letter, so that the same letter stays the same.
    let small = |number: u32| u8::try_from(number).unwrap_or(1);
    let issued = DateTime::new(u16::try_from(day.year()).unwrap_or(0)).month(small(day.month())).day(small(day.day()));
    let metadata = Metadata::new()
        .creation_date(issued)
        .title(format!("{}（{}）", document.title, document.number))
        .language(language)
        .authors(document.sender.first().cloned().into_iter().collect())
        .creator("Yumigahama".to_owned());
    paper.set_metadata(metadata);
    paper.finish().map_err(|error| fault(&format!("{error:?}")))
}

fn draw(surface: &mut Surface<'_>, (letters, font): (&Type, &Font), line: &Line, strong: bool) {
    // There is one weight; what stands out is drawn with a fine edge.
    let edge = Stroke { width: 0.35, ..Stroke::default() };
    surface.set_fill(Some(Fill { opacity: NormalizedF32::ONE, ..Fill::default() }));
    surface.set_stroke(strong.then_some(edge));
    let mut at = 0;
    let glyphs: Vec<KrillaGlyph> = letters
        .letters(&line.text)
        .into_iter()
        .map(|letter| {
            let range = at..at + letter.bytes;
            at = range.end;
            KrillaGlyph::new(GlyphId::new(letter.glyph.to_u32()), letter.width, 0.0, 0.0, 0.0, range, None)
        })
        .collect();
    surface.draw_glyphs(Point::from_xy(line.x, line.y), &glyphs, font.clone(), &line.text, line.size, false);
}

fn draw_rules(surface: &mut Surface<'_>, rules: &[(Point, Point)]) {
    surface.set_fill(None);
    surface.set_stroke(Some(Stroke { width: 0.5, ..Stroke::default() }));
    for (from, to) in rules {
        let mut path = PathBuilder::new();
        path.move_to(from.x, from.y);
        path.line_to(to.x, to.y);
        if let Some(path) = path.finish() {
            surface.draw_path(&path);
        }
    }
}

/// How the letter is read aloud: its parts in order, the facts as a table whose names head their rows.
fn tags(parts: &[(Role, String)], ids: Vec<Vec<Identifier>>, document: &Document) -> TagTree {
    let mut tree = TagTree::new().with_lang(Some(document.language.html_lang().to_owned()));
    let (mut table, mut row) = (TagGroup::new(Tag::Table), TagGroup::new(Tag::TR));
    let filled = |tag: krilla::tagging::TagKind, ids: Vec<Identifier>| {
        let mut group = TagGroup::new(tag);
        ids.into_iter().for_each(|id| group.push(Node::Leaf(id)));
        group
    };
    let level = |level: u16| NonZeroU16::new(level).unwrap_or(NonZeroU16::MIN);
    for ((role, text), ids) in parts.iter().zip(ids) {
        if !matches!(role, Role::Name | Role::Fact | Role::Head { .. } | Role::Cell { .. }) && !table.children.is_empty() {
            tree.push(std::mem::replace(&mut table, TagGroup::new(Tag::Table)));
        }
        match role {
            Role::Title => tree.push(filled(Tag::Hn(level(1), Some(text.clone())).into(), ids)),
            Role::Heading => tree.push(filled(Tag::Hn(level(2), Some(text.clone())).into(), ids)),
            Role::Paragraph => tree.push(filled(Tag::P.into(), ids)),
            Role::Name => row.push(filled(Tag::TH(TableHeaderScope::Row).into(), ids)),
            Role::Head { .. } => row.push(filled(Tag::TH(TableHeaderScope::Column).into(), ids)),
            Role::Fact | Role::Cell { .. } => row.push(filled(Tag::TD.into(), ids)),
        }
        if matches!(role, Role::Fact | Role::Head { ends_row: true } | Role::Cell { ends_row: true }) {
            table.push(std::mem::replace(&mut row, TagGroup::new(Tag::TR)));
        }
    }
    if !table.children.is_empty() {
        tree.push(table);
    }
    tree
}

#[cfg(test)]
mod tests;

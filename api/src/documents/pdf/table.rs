//! Tables of several columns in a letter: the head stands on every page, and is read aloud once.

use super::{BOTTOM, COLUMN, LEADING, Layout, Line, Role, SIDE, TEXT};

/// The size of the type in a table.
const SIZE: f32 = 8.0;
/// What stays free inside of a cell.
const CELL: f32 = 2.5;

/// A column: its head, its share of the width, and whether it holds numbers, which stand at the right.
#[derive(Debug, Clone)]
pub struct Column {
    /// What stands above it.
    pub head: String,
    /// Its share; all shares together are the whole width.
    pub share: f32,
    /// Whether it holds numbers.
    pub is_number: bool,
}

impl Column {
    /// A column of words.
    pub fn words(head: String, share: f32) -> Self {
        Self { head, share, is_number: false }
    }

    /// A column of numbers.
    pub fn numbers(head: String, share: f32) -> Self {
        Self { head, share, is_number: true }
    }
}

/// A table.
#[derive(Debug, Clone)]
pub struct PaperTable {
    /// What it is.
    pub heading: String,
    /// The columns.
    pub columns: Vec<Column>,
    /// The rows, as many cells in each as there are columns.
    pub rows: Vec<Vec<String>>,
}

/// What a row is to those who listen.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Head,
    /// The head again on a further page: seen and not read.
    HeadAgain,
    Plain,
}

impl Layout {
    /// A table below its heading.
    pub(super) fn table(&mut self, table: &PaperTable) {
        self.space(TEXT);
        self.need(5.0 * TEXT * LEADING);
        self.text(Role::Heading, &table.heading, (11.0, super::Side::Left), 0.0);
        self.space(4.0);
        let shares: f32 = table.columns.iter().map(|column| column.share).sum();
        let mut edges = vec![SIDE];
        for column in &table.columns {
            edges.push(edges.last().copied().unwrap_or(SIDE) + COLUMN * column.share / shares);
        }
        let head: Vec<String> = table.columns.iter().map(|column| column.head.clone()).collect();
        self.row(table, &edges, &head, Kind::Head);
        for row in &table.rows {
            if self.y + self.height(&edges, row) > BOTTOM {
                self.need(BOTTOM);
                self.row(table, &edges, &head, Kind::HeadAgain);
            }
            self.row(table, &edges, row, Kind::Plain);
        }
    }

    fn lines_of<'a>(&self, edges: &[f32], cells: &'a [String]) -> Vec<Vec<&'a str>> {
        let widths = edges.iter().zip(edges.iter().skip(1)).map(|(left, right)| (right - left - 2.0 * CELL) / SIZE);
        cells.iter().zip(widths).map(|(cell, width)| self.letters.lines(cell, width)).collect()
    }

    fn height(&self, edges: &[f32], cells: &[String]) -> f32 {
        let most = self.lines_of(edges, cells).iter().map(Vec::len).max().unwrap_or(1).max(1);
        (0..most).map(|_| SIZE * LEADING).sum::<f32>() + CELL
    }

    fn row(&mut self, table: &PaperTable, edges: &[f32], cells: &[String], kind: Kind) {
        let (top, height) = (self.y, self.height(edges, cells));
        let lines = self.lines_of(edges, cells);
        let last = cells.len().saturating_sub(1);
        for (n, ((cell, lines), (edge, column))) in cells.iter().zip(lines).zip(edges.windows(2).zip(&table.columns)).enumerate() {
            let [left, right] = *edge else { continue };
            let role = if kind == Kind::Head { Role::Head { ends_row: n == last } } else { Role::Cell { ends_row: n == last } };
            let part = (kind != Kind::HeadAgain).then(|| self.part(role, cell));
            let mut y = top;
            for line in lines {
                y += SIZE * LEADING;
                let x = if column.is_number && kind == Kind::Plain { right - CELL - self.letters.width(line) * SIZE } else { left + CELL };
                let text = line.to_owned();
                match part {
                    Some(part) => self.put(Line { x, y, size: SIZE, text, part }),
                    None => self.put_mark(Line { x, y, size: SIZE, text, part: 0 }),
                }
            }
        }
        self.y = top + height;
        let (end, y) = (edges.last().copied().unwrap_or(SIDE), self.y);
        edges.iter().for_each(|x| self.rule((*x, top), (*x, y)));
        self.rule((SIDE, top), (end, top));
        self.rule((SIDE, y), (end, y));
    }
}

//! Which numbers are hidden, so that nobody is recognised by a small one.
//!
//! A part with 1 to 4 is hidden. What then could still be computed by adding and subtracting parts that are shown, across every view that is
//! offered, is found by linear algebra: a hidden part must not be a combination of shown ones. As long as one is, the smallest part of
//! that combination is hidden as well. Which combinations occur at all (a programme at two facilities only) is taken as known, because
//! everybody can look it up. Beside that, a view never hides small parts alone: with nothing larger among them their sum would say too much.

use super::View;

/// From this number on a part may be shown.
pub const LEAST: i64 = 5;

/// A part of a view: what would be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// The view.
    pub view: View,
    /// How many.
    pub count: i64,
    /// The facts that it is made of, by their number.
    pub of: Vec<usize>,
}

impl Part {
    const fn is_small(&self) -> bool {
        0 < self.count && self.count < LEAST
    }
}

/// A prime; sums of products of two smaller numbers fit into 64 bits.
const PRIME: u64 = 2_147_483_647;

/// A number of a fact that looks like chance: parts are compared by sums of such numbers instead of long lists of facts. What is a
/// combination of others stays one; another one looks like it once in two thousand million times, and then too much is hidden.
fn chance(fact: usize, place: usize) -> u64 {
    let seed = u64::try_from(fact).unwrap_or(0).wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ u64::try_from(place).unwrap_or(0).rotate_left(32);
    let mixed = (seed ^ (seed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    (mixed ^ (mixed >> 31)) % PRIME
}

fn inverse(number: u64) -> u64 {
    let (mut base, mut left, mut found) = (number % PRIME, PRIME - 2, 1);
    while left > 0 {
        if left % 2 == 1 {
            found = found * base % PRIME;
        }
        base = base * base % PRIME;
        left /= 2;
    }
    found
}

/// Takes so many times one row from another.
fn subtract(from: &mut [u64], row: &[u64], times: u64) {
    for (left, right) in from.iter_mut().zip(row) {
        *left = (*left + (PRIME - times) * right) % PRIME;
    }
}

/// A part as numbers, and which parts went into it.
#[derive(Clone)]
struct Line {
    numbers: Vec<u64>,
    parts: Vec<u64>,
}

/// Lines of which none is a combination of others, each with the place of its first number, which is 1.
#[derive(Default)]
struct Basis(Vec<(usize, Line)>);

impl Basis {
    /// What is left of a line when all that can be is taken from it.
    fn reduce(&self, mut line: Line) -> Line {
        for (pivot, known) in &self.0 {
            let times = line.numbers.get(*pivot).copied().unwrap_or(0);
            if times != 0 {
                subtract(&mut line.numbers, &known.numbers, times);
                subtract(&mut line.parts, &known.parts, times);
            }
        }
        line
    }

    fn add(&mut self, line: Line) {
        let mut line = self.reduce(line);
        let Some(pivot) = line.numbers.iter().position(|number| *number != 0) else { return };
        let by = inverse(line.numbers.get(pivot).copied().unwrap_or(1));
        line.numbers.iter_mut().chain(&mut line.parts).for_each(|number| *number = *number * by % PRIME);
        self.0.push((pivot, line));
    }
}

/// Which of the parts are shown.
pub fn shown(parts: &[Part]) -> Vec<bool> {
    let mut shown: Vec<bool> = parts.iter().map(|part| !part.is_small()).collect();
    if shown.iter().all(|is_shown| *is_shown) {
        return shown;
    }
    let lines = lines(parts);
    loop {
        let hid_larger = hide_larger(parts, &mut shown);
        let hid_found = hide_found(parts, &lines, &mut shown);
        if !hid_larger && !hid_found {
            return shown;
        }
    }
}

fn lines(parts: &[Part]) -> Vec<Line> {
    let width = parts.len() + 1;
    let numbers = |part: &Part| {
        let sum = |place| part.of.iter().map(|fact| chance(*fact, place)).fold(0, |sum, number| (sum + number) % PRIME);
        (0..width).map(sum).collect()
    };
    let own = |n: usize| (0..parts.len()).map(|place| u64::from(place == n)).collect();
    parts.iter().enumerate().map(|(n, part)| Line { numbers: numbers(part), parts: own(n) }).collect()
}

/// Hides one more of each view that hides small parts alone; where all of its parts are small and their sum gives them away, everything.
fn hide_larger(parts: &[Part], shown: &mut [bool]) -> bool {
    let mut hid = false;
    for view in View::ALL.iter().filter(|view| **view != View::All) {
        let of_view = |n: &usize| parts.get(*n).is_some_and(|part| part.view == *view);
        let hidden: Vec<usize> = (0..parts.len()).filter(of_view).filter(|n| shown.get(*n) == Some(&false)).collect();
        let counts: Vec<i64> = hidden.iter().filter_map(|n| parts.get(*n)).map(|part| part.count).collect();
        if counts.is_empty() || counts.iter().any(|count| *count >= LEAST) {
            continue;
        }
        let next = (0..parts.len()).filter(of_view).filter(|n| shown.get(*n) == Some(&true));
        match next.min_by_key(|n| parts.get(*n).map(|part| part.count)) {
            Some(n) => hid |= hide(shown, n),
            None if counts.iter().all(|count| *count == 1) || counts.iter().all(|count| *count == LEAST - 1) => {
                hid |= shown.contains(&true);
                shown.fill(false);
            }
            None => {}
        }
    }
    hid
}

/// Hides the smallest part of each combination by which a hidden small part could be found.
fn hide_found(parts: &[Part], lines: &[Line], shown: &mut [bool]) -> bool {
    let mut basis = Basis::default();
    for (line, _) in lines.iter().zip(shown.iter()).filter(|(_, is_shown)| **is_shown) {
        basis.add(line.clone());
    }
    let mut hid = false;
    for (n, line) in lines.iter().enumerate().filter(|(n, _)| parts.get(*n).is_some_and(Part::is_small)) {
        let left = basis.reduce(line.clone());
        if left.numbers.iter().any(|number| *number != 0) {
            continue;
        }
        let used = left.parts.iter().enumerate().filter(|(other, times)| *other != n && **times != 0).map(|(other, _)| other);
        let used: Vec<usize> = used.collect();
        if used.iter().any(|other| shown.get(*other) == Some(&false)) {
            // One of them was hidden just now, for another part.
            continue;
        }
        // A total is worth more than one of its parts.
        let worth = |other: &usize| parts.get(*other).map(|part| (part.view == View::All, part.count));
        if let Some(smallest) = used.into_iter().min_by_key(worth) {
            hid |= hide(shown, smallest);
        }
    }
    hid
}

fn hide(shown: &mut [bool], n: usize) -> bool {
    shown.get_mut(n).is_some_and(|is_shown| std::mem::replace(is_shown, false))
}

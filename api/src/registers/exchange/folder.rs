//! A folder with `inbox`, `done` and `outbox`: for cities that carry files by other means.

use std::path::{Path, PathBuf};

use super::{Exchange, ExchangeError, Receipt, Waiting, is_plain, sha256};

/// A folder on this machine.
#[derive(Debug, Clone)]
pub struct Folder {
    root: PathBuf,
}

impl Folder {
    /// The folder; what is missing of it is made.
    pub fn open(root: &Path) -> Result<Self, ExchangeError> {
        for part in ["inbox", "done", "outbox"] {
            std::fs::create_dir_all(root.join(part))?;
        }
        Ok(Self { root: root.to_owned() })
    }

    fn place(&self, part: &str, name: &str) -> Result<PathBuf, ExchangeError> {
        if is_plain(name) { Ok(self.root.join(part).join(name)) } else { Err(ExchangeError::Name) }
    }
}

impl Exchange for Folder {
    async fn list(&self) -> Result<Vec<Waiting>, ExchangeError> {
        let mut found = Vec::new();
        for entry in std::fs::read_dir(self.root.join("inbox"))? {
            let name = entry?.file_name().to_string_lossy().into_owned();
            // What is still being written has another ending, or a dot before its name.
            if is_plain(&name) && name.to_ascii_lowercase().ends_with(".csv") {
                found.push(Waiting { sha256: sha256(&std::fs::read(self.place("inbox", &name)?)?), name });
            }
        }
        found.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(found)
    }

    async fn fetch(&self, waiting: &Waiting) -> Result<Vec<u8>, ExchangeError> {
        Ok(std::fs::read(self.place("inbox", &waiting.name)?)?)
    }

    /// A file that went in goes to `done`; one that was refused stays where its sender finds it, for it is kept nowhere else.
    async fn acknowledge(&self, waiting: &Waiting, receipt: Receipt) -> Result<(), ExchangeError> {
        if receipt == Receipt::TakenIn {
            std::fs::rename(self.place("inbox", &waiting.name)?, self.place("done", &waiting.name)?)?;
        }
        Ok(())
    }

    async fn deliver(&self, name: &str, bytes: Vec<u8>) -> Result<(), ExchangeError> {
        let place = self.place("outbox", name)?;
        // Nobody sees half of it.
        let part = self.root.join("outbox").join(format!(".{name}.part"));
        std::fs::write(&part, bytes)?;
        Ok(std::fs::rename(part, place)?)
    }
}

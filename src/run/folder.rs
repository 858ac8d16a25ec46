//! A user's own guide folder.

use std::collections::BTreeMap;
use std::path::Path;

use crate::guide::{self, Guide};

/// The files of a guide that a folder holds, by their names under `assets/`. The folder is laid out as `assets/` or as `assets/guide/`; nothing but
/// the places of such files is looked into, so that a home folder named by mistake is not read whole.
///
/// # Errors
/// One line naming the file and the system's reason, a TOML file that nobody would read, or a folder that holds nothing of a guide.
pub fn read_folder(folder: &Path) -> Result<BTreeMap<String, String>, String> {
    let mut files = BTreeMap::new();
    collect(folder, "", &mut files)?;
    if files.is_empty() {
        let folder = folder.display();
        return Err(format!(
            "{folder} holds no file of a guide: they lie there as in guide/steps/*.toml, codes/*.toml, causes.toml"
        ));
    }
    Ok(files)
}

/// The embedded guide, with the files of a folder laid over it if one is named.
///
/// # Errors
/// One line naming the file, and what is wrong with it.
pub fn load_guide(folder: Option<&Path>) -> Result<Guide, String> {
    let overrides = folder.map(read_folder).transpose()?.unwrap_or_default();
    Guide::with_overrides(overrides).map_err(|e| e.to_string())
}

fn collect(root: &Path, below: &str, files: &mut BTreeMap<String, String>) -> Result<(), String> {
    let folder = root.join(below);
    let fail = |path: &Path, why: std::io::Error| format!("cannot read {}: {why}", path.display());
    for item in std::fs::read_dir(&folder).map_err(|e| fail(&folder, e))? {
        let path = item.map_err(|e| fail(&folder, e))?.path();
        let name = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().replace('\\', "/");
        if path.is_dir() {
            if guide::place_of_files(&name) {
                collect(root, &name, files)?;
            }
        } else if path.extension().is_some_and(|e| e == "toml") {
            let Some(place) = guide::place(&name) else {
                let path = path.display();
                return Err(format!(
                    "{path} is no file of a guide: nothing reads one of that name, look at its spelling and its folder"
                ));
            };
            let text = std::fs::read_to_string(&path).map_err(|e| fail(&path, e))?;
            files.insert(place, text);
        }
    }
    Ok(())
}

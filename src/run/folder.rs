//! A user's own guide folder.

use std::collections::BTreeMap;
use std::path::Path;

use crate::guide::Guide;

/// The TOML files of a folder by their names below it.
///
/// # Errors
/// One line naming the file and the system's reason.
pub fn read_folder(folder: &Path) -> Result<BTreeMap<String, String>, String> {
    let mut files = BTreeMap::new();
    collect(folder, folder, &mut files)?;
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

fn collect(root: &Path, folder: &Path, files: &mut BTreeMap<String, String>) -> Result<(), String> {
    let fail = |path: &Path, why: std::io::Error| format!("cannot read {}: {why}", path.display());
    for item in std::fs::read_dir(folder).map_err(|e| fail(folder, e))? {
        let path = item.map_err(|e| fail(folder, e))?.path();
        if path.is_dir() {
            collect(root, &path, files)?;
        } else if path.extension().is_some_and(|e| e == "toml") {
            let text = std::fs::read_to_string(&path).map_err(|e| fail(&path, e))?;
            let name = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().replace('\\', "/");
            files.insert(name, text);
        }
    }
    Ok(())
}

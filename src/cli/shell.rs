//! `heloise completions` and `heloise man`: what belongs beside the program.

use clap::CommandFactory;
use clap_mangen::Man;

use super::{Arguments, Exit, Trouble};

/// `heloise completions SHELL`.
pub(super) fn completions(shell: clap_complete::Shell) -> Result<Exit, Trouble> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "heloise", &mut script);
    super::print(&String::from_utf8_lossy(&script))
}

/// `heloise man`: one page, with every command's options.
pub(super) fn man() -> Result<Exit, Trouble> {
    let mut page = Vec::new();
    let fail = |e: std::io::Error| Trouble::output("the manual", &e);
    let mut all = Arguments::command();
    all.build();
    let top = Man::new(all.clone());
    top.render_title(&mut page).map_err(fail)?;
    top.render_name_section(&mut page).map_err(fail)?;
    top.render_synopsis_section(&mut page).map_err(fail)?;
    top.render_description_section(&mut page).map_err(fail)?;
    top.render_options_section(&mut page).map_err(fail)?;
    for command in all.get_subcommands() {
        let about = command.get_about().map(ToString::to_string).unwrap_or_default();
        let mut part = Vec::new();
        let man = Man::new(command.clone());
        man.render_options_section(&mut part).map_err(fail)?;
        let heading = format!(".SH HELOISE {}\n{about}.\n", command.get_name().to_uppercase());
        page.extend(heading.into_bytes());
        page.extend(String::from_utf8_lossy(&part).replace(".SH ", ".SS ").into_bytes());
    }
    page.extend(EXIT_STATUS.as_bytes());
    super::print(&String::from_utf8_lossy(&page))
}

const EXIT_STATUS: &str = ".SH EXIT STATUS\n\
.TP\n0\nfor check: no fault was found\n\
.TP\n1\na fault was found\n\
.TP\n2\nsomething needed could not be tested\n\
.TP\n64\nbad usage\n\
.TP\n65\nunreadable input\n\
.TP\n70\na bug\n\
.TP\n74\noutput cannot be written\n";

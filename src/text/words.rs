//! What each message may say: one struct per template, with sample values that the check renders.

mod answering;
mod champions;
mod console;
mod declare;
mod matrix;
mod people;
#[cfg(test)]
pub(crate) mod reading;
mod results;
mod rounds;
mod slack;
mod when;

pub use answering::*;
pub use champions::*;
pub use console::*;
pub use declare::Words;
pub use matrix::*;
pub use people::*;
pub use results::*;
pub use rounds::*;
pub use slack::*;
pub use when::When;

use declare::Sample;
use minijinja::Environment;

use super::defect::Defect;
use super::templates::Template;

fn samples() -> Vec<Sample> {
    let areas = [
        answering::samples(),
        champions::samples(),
        console::samples(),
        matrix::samples(),
        people::samples(),
        results::samples(),
        rounds::samples(),
        slack::samples(),
    ];
    areas.into_iter().flatten().collect()
}

/// What is wrong with templates when they are given what their messages offer.
pub(super) fn unrendered(environment: &Environment<'_>, sections: &[Template]) -> Vec<Defect> {
    let check = |sample: &Sample| {
        let section = sections.iter().find(|section| section.name == sample.name)?;
        let template = environment.get_template(sample.name).ok()?;
        let mut unknown: Vec<String> = template.undeclared_variables(false).into_iter().collect();
        unknown.retain(|name| !sample.fields.contains(&name.as_str()));
        unknown.sort();
        if let Some(name) = unknown.first() {
            return Some(Defect {
                file: section.file.clone(),
                line: Some(section.line),
                what: format!("the message `{}` uses `{name}`, which it is not given", sample.name),
                mend: format!("use one of: {}", sample.fields.join(", ")),
            });
        }
        template.render(&sample.values).err().map(|error| section.defect(&error))
    };
    samples().iter().filter_map(check).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::{Text, templates};

    #[test]
    fn every_message_has_a_template_and_every_template_a_message() {
        let sections = templates::embedded();
        let helpers = ["dates/date", "dates/moment"];
        for sample in samples() {
            assert!(sections.iter().any(|s| s.name == sample.name), "no template {}", sample.name);
        }
        for section in &sections {
            let used = samples().iter().any(|sample| sample.name == section.name)
                || helpers.contains(&section.name.as_str())
                || section.name.starts_with("parts/");
            assert!(used, "no message uses {}", section.name);
        }
    }

    #[test]
    fn every_embedded_template_renders_its_sample() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/prompts/messages/en");
        Text::from_dir(folder.as_ref()).unwrap();
    }
}

//! What moving work to other models saves, over a month and a year.
//!
//! A [`Workload`] says how much of what sort of request is sent and where to; a [`Projection`] holds
//! its price beside that of a baseline. It needs the catalogue's prices and nothing else: how often
//! a cheaper model fails, and what that costs, is for `route::replay` to say.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::catalog::{Catalog, Terms};
use crate::error::{Error, ErrorKind};
use crate::money::{Pusd, PusdDelta};
use crate::request::{ModelId, ServiceTier};
use crate::usage::Usage;

/// Requests of one sort, where they go now and where they would go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Workload {
    /// Its name.
    #[serde(default)]
    pub name: String,
    /// How much of it there is in a month.
    pub volume: Volume,
    /// What one request uses.
    pub usage: Usage,
    /// The model that would answer all of it.
    pub baseline: ModelId,
    /// Where it would go instead; what the shares leave stays with the baseline.
    pub moved: Vec<Move>,
}

/// How much there is of a workload in a month.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Volume {
    /// So many requests.
    Requests(u64),
    /// As much as this buys of the baseline.
    Spend(Pusd),
}

/// A share of a workload that goes to a model.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Move {
    /// The model.
    pub model: ModelId,
    /// How much of the workload, in parts per million.
    pub share_ppm: u32,
    /// The lane it would run in.
    #[serde(default)]
    pub service_tier: ServiceTier,
}

/// What a mix of workloads costs, as it is and as it would be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Projection {
    /// All workloads together, over a month.
    pub month: Saving,
    /// Twelve such months.
    pub year: Saving,
    /// Each workload over a month, in the order given.
    pub workloads: Vec<WorkloadSaving>,
    /// What of a plan's quota is used where the baseline would use all of it, in parts per million;
    /// absent where no model's weight was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quota_ppm: Option<u64>,
}

/// Two prices and the difference.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Saving {
    /// On the baseline.
    pub baseline: Pusd,
    /// Where it would go.
    pub moved: Pusd,
    /// What that saves; negative when it costs more.
    pub saved: PusdDelta,
}

/// What moving one workload saves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct WorkloadSaving {
    /// Its name.
    pub name: String,
    /// Its prices over a month.
    pub month: Saving,
}

/// Projects what a mix of workloads costs against its baselines.
///
/// `quota_ppm` is what a request to a model takes of a plan's quota, as a share of a request to the
/// baseline: in Codex, Mini takes 300,000. A model without an entry takes all of its share.
///
/// # Errors
///
/// `unknown_model` when a model is not in the catalogue or has no price; `invalid_request` when the
/// shares of a workload are more than all of it, a baseline is free though a spend is given, a lane
/// is not offered, or an amount cannot be held.
///
/// # Examples
///
/// ```
/// # #[cfg(feature = "embed-catalog")] {
/// use farebox_core::catalog::{Catalog, Terms};
/// use farebox_core::money::Pusd;
/// use farebox_core::savings::{Move, Volume, Workload, project};
/// use farebox_core::usage::{TokenClass, Usage};
///
/// let workload = Workload {
///     name: "coding help".into(),
///     volume: Volume::Spend(Pusd::parse("50").unwrap()),
///     usage: Usage::default().with(TokenClass::Input, 3_000).with(TokenClass::Output, 600),
///     baseline: "gpt-4o".into(),
///     moved: vec![Move {
///         model: "gpt-5.4-mini".into(),
///         share_ppm: 800_000,
///         service_tier: Default::default(),
///     }],
/// };
/// let projection =
///     project(&[workload], &Catalog::embedded(), &Terms::default(), &Default::default()).unwrap();
/// assert_eq!(projection.month.moved.to_string(), "24.666666666666");
/// # }
/// ```
pub fn project(
    workloads: &[Workload],
    catalog: &Catalog,
    terms: &Terms,
    quota_ppm: &BTreeMap<ModelId, u32>,
) -> Result<Projection, Error> {
    let mut month = Saving::default();
    let mut lines = Vec::new();
    // Requests weighed by what they take of a quota, and all requests, both in the baseline's price.
    let (mut taken, mut all) = (0_u128, 0_u128);
    for workload in workloads {
        let shares: u64 = workload.moved.iter().map(|part| u64::from(part.share_ppm)).sum();
        let Some(stays) = WHOLE.checked_sub(shares) else {
            return Err(Error::invalid_request(format!(
                "the shares of workload `{}` are {shares} parts per million, more than all of it",
                workload.name
            )));
        };
        let one = price(workload, &workload.baseline, ServiceTier::Standard, catalog, terms)?;
        let baseline = match workload.volume {
            Volume::Requests(requests) => scaled(one, u128::from(requests), 1)?,
            Volume::Spend(spend) => spend,
        };
        let mut moved = scaled(baseline, u128::from(stays), u128::from(WHOLE))?;
        let mut weight = u128::from(stays) * u128::from(WHOLE);
        for part in &workload.moved {
            let other = price(workload, &part.model, part.service_tier, catalog, terms)?;
            let share = u128::from(part.share_ppm);
            let cost = match workload.volume {
                Volume::Requests(requests) => {
                    let requests = u128::from(requests) * share;
                    scaled(other, requests, u128::from(WHOLE))?
                }
                Volume::Spend(_) if one == Pusd::ZERO => {
                    return Err(Error::invalid_request(format!(
                        "a request to `{}` costs nothing, so a spend does not say how many there are",
                        workload.baseline
                    )));
                }
                Volume::Spend(spend) => {
                    let spend = scaled(spend, share, u128::from(WHOLE))?;
                    scaled(spend, u128::from(other.as_pusd()), u128::from(one.as_pusd()))?
                }
            };
            moved = add(moved, cost)?;
            let own = quota_ppm.get(&part.model).copied();
            weight += share * own.map_or(u128::from(WHOLE), u128::from);
        }
        taken += u128::from(baseline.as_pusd()) * (weight / u128::from(WHOLE));
        all += u128::from(baseline.as_pusd());
        let line = Saving::of(baseline, moved);
        month = Saving::of(add(month.baseline, baseline)?, add(month.moved, moved)?);
        lines.push(WorkloadSaving { name: workload.name.clone(), month: line });
    }
    let year = Saving::of(scaled(month.baseline, 12, 1)?, scaled(month.moved, 12, 1)?);
    let quota = taken.checked_div(all).and_then(|ppm| u64::try_from(ppm).ok());
    Ok(Projection {
        month,
        year,
        workloads: lines,
        quota_ppm: quota.filter(|_| !quota_ppm.is_empty()),
    })
}

impl Saving {
    fn of(baseline: Pusd, moved: Pusd) -> Self {
        Self { baseline, moved, saved: baseline.minus(moved) }
    }

    /// What is saved, in parts per million of the baseline; nothing when that is free or cheaper.
    pub fn share_ppm(&self) -> u64 {
        let saved = u128::from(self.baseline.as_pusd().saturating_sub(self.moved.as_pusd()));
        let ppm = (saved * u128::from(WHOLE)).checked_div(u128::from(self.baseline.as_pusd()));
        ppm.and_then(|ppm| u64::try_from(ppm).ok()).unwrap_or(0)
    }
}

fn price(
    workload: &Workload,
    name: &ModelId,
    service_tier: ServiceTier,
    catalog: &Catalog,
    terms: &Terms,
) -> Result<Pusd, Error> {
    let model = catalog.model(name).ok_or_else(|| {
        let message = format!("no model is called `{name}`; savings need a published price");
        Error::new(ErrorKind::UnknownModel, message).with("model", name.as_str())
    })?;
    let cost = model.cost(&workload.usage, &Terms { service_tier, ..*terms })?;
    Ok(cost.total)
}

/// An amount times a fraction, rounded down.
fn scaled(amount: Pusd, times: u128, of: u128) -> Result<Pusd, Error> {
    let product = u128::from(amount.as_pusd()).checked_mul(times);
    let scaled = product.and_then(|product| product.checked_div(of));
    match scaled.and_then(|pusd| u64::try_from(pusd).ok()) {
        Some(pusd) => Ok(Pusd::from_pusd(pusd)),
        None => Err(too_dear()),
    }
}

fn add(a: Pusd, b: Pusd) -> Result<Pusd, Error> {
    a.checked_add(b).ok_or_else(too_dear)
}

fn too_dear() -> Error {
    Error::invalid_request(format!("this mix costs more than ${} and cannot be held", Pusd::MAX))
}

const WHOLE: u64 = 1_000_000;

#[cfg(test)]
mod tests {
    use alloc::string::ToString;
    use alloc::vec;

    use super::*;
    use crate::usage::TokenClass;

    const CATALOG: &str = include_str!("../data/small.json");

    fn workload(volume: Volume, share_ppm: u32) -> Workload {
        Workload {
            name: "help".into(),
            volume,
            usage: Usage::default().with(TokenClass::Input, 3_000).with(TokenClass::Output, 600),
            baseline: "gpt-5.4".into(),
            moved: vec![Move {
                model: "gpt-5.4-mini".into(),
                share_ppm,
                service_tier: ServiceTier::Standard,
            }],
        }
    }

    fn project_one(workload: Workload) -> Result<Projection, Error> {
        let catalog = Catalog::parse(CATALOG.as_bytes()).unwrap();
        let quota = BTreeMap::from([("gpt-5.4-mini".into(), 300_000)]);
        project(&[workload], &catalog, &Terms::default(), &quota)
    }

    #[test]
    fn most_of_the_work_moved_to_mini_saves_most_of_the_money() {
        let projection = project_one(workload(Volume::Requests(1_000), 800_000)).unwrap();
        assert_eq!(projection.month.baseline.to_string(), "16.5");
        assert_eq!(projection.month.moved.to_string(), "7.26");
        assert_eq!(projection.year.saved.to_string(), "110.88");
        assert_eq!(projection.month.share_ppm(), 560_000);
        // A fifth at the whole weight and four fifths at three tenths of it.
        assert_eq!(projection.quota_ppm, Some(440_000));
    }

    #[test]
    fn a_spend_stands_for_as_many_requests_as_it_buys() {
        let by_requests = project_one(workload(Volume::Requests(1_000), 800_000)).unwrap();
        let spend = by_requests.month.baseline;
        let by_spend = project_one(workload(Volume::Spend(spend), 800_000)).unwrap();
        assert_eq!(by_requests.month, by_spend.month);
    }

    #[test]
    fn a_dearer_model_saves_less_than_nothing() {
        let mut workload = workload(Volume::Requests(10), 1_000_000);
        workload.baseline = "gpt-5.4-nano".into();
        let projection = project_one(workload).unwrap();
        assert!(projection.month.saved.is_negative());
        assert_eq!(projection.month.share_ppm(), 0);
    }

    #[test]
    fn what_cannot_be_projected_is_refused() {
        let error = project_one(workload(Volume::Requests(1), 1_000_001)).unwrap_err();
        assert_eq!(error.kind, ErrorKind::InvalidRequest);
        let mut unknown = workload(Volume::Requests(1), 1);
        unknown.baseline = "gpt-99".into();
        assert_eq!(project_one(unknown).unwrap_err().kind, ErrorKind::UnknownModel);
        let error = project_one(workload(Volume::Requests(u64::MAX), 1)).unwrap_err();
        assert_eq!(error.kind, ErrorKind::InvalidRequest);
    }
}

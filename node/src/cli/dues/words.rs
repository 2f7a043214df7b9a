//! The closed lists of dues, as they are typed and shown.

use hongyan_proto::pb::exchange::v1 as exchange;

#[cfg(test)]
use crate::cli::words::Compared;
use crate::cli::words::{Choices, choice};

/// Who pays by which rate.
pub(super) static CLASSES: &Choices = &[
    choice("salaried", exchange::DuesClass::Salaried as i32, "按月领取工资", "salaried"),
    choice("self-employed", exchange::DuesClass::SelfEmployed as i32, "不按月取得收入", "self-employed"),
    choice("retired", exchange::DuesClass::Retired as i32, "离退休", "retired"),
    choice("farmer", exchange::DuesClass::Farmer as i32, "农民", "farmer"),
    choice("student", exchange::DuesClass::Student as i32, "学生", "student"),
    choice("laid-off", exchange::DuesClass::LaidOff as i32, "下岗失业", "laid off"),
    choice("subsidy", exchange::DuesClass::Subsidy as i32, "依靠抚恤救济", "on subsidy"),
    choice("minimum-allowance", exchange::DuesClass::MinimumAllowance as i32, "最低生活保障", "on minimum living allowance"),
];

/// How dues were paid.
pub(super) static WAYS: &Choices = &[
    choice("cash", exchange::DuesWay::Cash as i32, "现金", "cash"),
    choice("transfer", exchange::DuesWay::Transfer as i32, "转账", "transfer"),
    choice("online", exchange::DuesWay::Online as i32, "线上", "online"),
    choice("on-behalf", exchange::DuesWay::OnBehalf as i32, "委托代交", "on behalf"),
];

/// Whose a month of dues is to collect.
pub(super) static ASKED: &Choices = &[
    choice("here", exchange::DuesAsked::Here as i32, "本单位收取", "collected here"),
    choice("host", exchange::DuesAsked::Host as i32, "由流入地收取", "the host collects"),
    choice("nobody", exchange::DuesAsked::Nobody as i32, "不需交纳", "not owed"),
];

/// Every list of this room.
#[cfg(test)]
pub(in crate::cli) static ALL: &[Compared] = &[
    (CLASSES, |n| {
        exchange::DuesClass::try_from(n)
            .ok()
            .map(|value| value.as_str_name())
    }),
    (WAYS, |n| {
        exchange::DuesWay::try_from(n)
            .ok()
            .map(|value| value.as_str_name())
    }),
    (ASKED, |n| {
        exchange::DuesAsked::try_from(n)
            .ok()
            .map(|value| value.as_str_name())
    }),
];

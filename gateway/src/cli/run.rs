//! Performs a command.

use std::io::Write as _;

use clap::CommandFactory as _;
use hongyan_proto::{
    identity::IdentityKey,
    json::json_text,
    pb::{
        report::v1::{
            Caller, CallerRole, GrantCallerRequest, IssueInvitationRequest, ListCallersRequest,
            RevokeCallerRequest, RevokeOrganizationRequest,
            department_service_client::DepartmentServiceClient,
        },
        statistics::v1::{
            Dimension, Filter, ListOrganizationsRequest, MatrixRequest, QueryRequest, RegionLevel,
            statistics_service_client::StatisticsServiceClient,
        },
    },
    time::{Clock, Timestamp},
};
use prost::{Message, Name};
use serde_json::{Value, json};
use tonic::transport::Channel;

use super::{
    args::{
        By, CallerCommand, Cli, Command, Init, Invite, Level, MatrixArgs, OrganizationCommand,
        QueryArgs, RoleWord, Serve, StatisticsCommand,
    },
    failure::Failure,
    table,
};
use crate::{
    domain::register::Department,
    folder::Folder,
    running::{bind, is_serving, local_api},
};

type Done = Result<(), Failure>;

/// Bytes of an answer that is taken from the gateway.
const MAX_ANSWER_BYTES: usize = 64 * 1024 * 1024;

fn print(text: &str) -> Done {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{text}")?;
    Ok(out.flush()?)
}

/// For machines the whole answer, for people the text.
fn show<M: Message + Name>(json: bool, message: &M, text: impl FnOnce(&M) -> String) -> Done {
    if json {
        print(&json_text(message))
    } else {
        print(&text(message))
    }
}

fn say(json: bool, value: &Value, text: &str) -> Done {
    if json {
        print(&value.to_string())
    } else {
        print(text)
    }
}

pub(super) async fn run(cli: Cli, clock: Clock) -> Done {
    match cli.command {
        Command::Init(ref init) => initialize(&cli, init, clock()),
        Command::Serve(ref serve) => serve_until_told(&cli, serve, clock).await,
        Command::Completion { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "hongyan-gateway", &mut script);
            print(&String::from_utf8_lossy(&script))
        }
        _ => {
            let folder = Folder::open(&cli.data)?;
            if cli.small_below_typed && is_serving(&folder).await {
                return Err(Failure::misuse(
                    "网关正在运行, 过小数字以其启动时的 --small-below 为准; 请去掉此选项, 或以新值重新启动网关 \
                     the gateway is serving and its own --small-below counts: leave the option out, or start the gateway with it",
                ));
            }
            let channel = local_api(&folder, cli.small_below, clock).await?;
            ask(cli, channel).await
        }
    }
}

fn initialize(cli: &Cli, init: &Init, now: Timestamp) -> Done {
    let department = Department {
        code: init.code.clone(),
        name: init.name.clone(),
        region: init.region.clone(),
    };
    let key = IdentityKey::generate(&mut rand::rngs::OsRng);
    Folder::create(&cli.data, &department, &key, now)?;
    let key_id = key.public().key_id();
    let value = json!({ "data": cli.data, "code": init.code.as_str(), "keyId": key_id.to_string(), "spoken": key_id.spoken() });
    say(
        cli.json,
        &value,
        &format!(
            "已初始化 initialized {}\n密钥指纹 fingerprint {key_id}\n电话核对 by telephone {}",
            cli.data.display(),
            key_id.spoken()
        ),
    )
}

async fn serve_until_told(cli: &Cli, serve: &Serve, clock: Clock) -> Done {
    let filter =
        tracing_subscriber::EnvFilter::try_from_default_env().unwrap_or_else(|_| "info".into());
    // Only the first subscriber of a process can be set; within a test harness another one may be.
    let _ = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .try_init();
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    let folder = Folder::open(&cli.data)?;
    let bound = bind(
        folder,
        &serve.listen,
        serve.advertise.clone(),
        cli.small_below,
        clock,
    )
    .await?;
    let address = bound.address.to_string();
    say(
        cli.json,
        &json!({ "address": address }),
        &format!("监听 listening on {address}"),
    )?;
    let stop = async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = tokio::signal::ctrl_c() => {}
        }
    };
    Ok(bound.serve(stop).await?)
}

async fn ask(cli: Cli, channel: Channel) -> Done {
    let json = cli.json;
    match cli.command {
        Command::Invite(invite) => issue(json, channel, invite).await,
        Command::Organization(command) => organization(json, channel, command).await,
        Command::Caller(command) => caller(json, channel, command).await,
        Command::Statistics(StatisticsCommand::Query(arguments)) => {
            query(json, channel, *arguments).await
        }
        Command::Statistics(StatisticsCommand::Matrix(arguments)) => {
            matrix(json, channel, arguments).await
        }
        // These need no gateway and were performed before.
        Command::Init(_) | Command::Serve(_) | Command::Completion { .. } => Ok(()),
    }
}

async fn issue(json: bool, channel: Channel, invite: Invite) -> Done {
    let request = IssueInvitationRequest {
        code: text(invite.code),
        superior: text(invite.superior),
        valid_days: invite.days,
        endpoint: invite.endpoint.unwrap_or_default(),
    };
    let answer = DepartmentServiceClient::new(channel)
        .issue_invitation(request)
        .await?
        .into_inner();
    show(json, &answer, |answer| answer.text.clone())
}

async fn organization(json: bool, channel: Channel, command: OrganizationCommand) -> Done {
    match command {
        OrganizationCommand::List { subtree, period } => {
            let request = ListOrganizationsRequest {
                subtree: text(subtree),
                periods: texts(period),
            };
            let mut client =
                StatisticsServiceClient::new(channel).max_decoding_message_size(MAX_ANSWER_BYTES);
            let answer = client.list_organizations(request).await?.into_inner();
            show(json, &answer, table::organizations)
        }
        OrganizationCommand::Revoke { code, reason } => {
            let request = RevokeOrganizationRequest {
                code: code.to_string(),
                reason,
            };
            let answer = DepartmentServiceClient::new(channel)
                .revoke_organization(request)
                .await?;
            show(json, answer.get_ref(), |_| format!("已撤销 revoked {code}"))
        }
    }
}

async fn caller(json: bool, channel: Channel, command: CallerCommand) -> Done {
    let mut client = DepartmentServiceClient::new(channel);
    match command {
        CallerCommand::Grant {
            key,
            role,
            subtree,
            note,
        } => {
            let role = match role {
                RoleWord::Department => CallerRole::Department,
                RoleWord::Superior => CallerRole::Superior,
                RoleWord::SubDepartment => CallerRole::SubDepartment,
            };
            let caller = Caller {
                key_id: key.to_field(),
                role: role.into(),
                subtree: text(subtree),
                note,
                granted_ms: 0,
            };
            let answer = client
                .grant_caller(GrantCallerRequest {
                    caller: Some(caller),
                })
                .await?;
            show(json, answer.get_ref(), |_| format!("已授权 granted {key}"))
        }
        CallerCommand::Revoke { key } => {
            let answer = client
                .revoke_caller(RevokeCallerRequest {
                    key_id: key.to_field(),
                })
                .await?;
            show(json, answer.get_ref(), |_| format!("已撤回 revoked {key}"))
        }
        CallerCommand::List => {
            let answer = client
                .list_callers(ListCallersRequest {})
                .await?
                .into_inner();
            show(json, &answer, table::callers)
        }
    }
}

async fn query(json: bool, channel: Channel, arguments: QueryArgs) -> Done {
    let request = QueryRequest {
        filter: Some(Filter {
            periods: texts(arguments.period),
            subtree: text(arguments.subtree),
            directions: arguments
                .direction
                .into_iter()
                .map(hongyan_proto::report::Direction::to_wire)
                .collect(),
            states: arguments
                .state
                .into_iter()
                .map(hongyan_proto::report::CaseState::to_wire)
                .collect(),
            member_classes: arguments
                .class
                .into_iter()
                .map(hongyan_proto::report::MemberClass::to_wire)
                .collect(),
            standings: arguments
                .standing
                .into_iter()
                .map(hongyan_proto::report::Standing::to_wire)
                .collect(),
            own_regions: texts(arguments.own_region),
            counterpart_regions: texts(arguments.counterpart_region),
            counterpart_organizations: texts(arguments.counterpart),
        }),
        group_by: arguments
            .by
            .iter()
            .map(|by| i32::from(dimension(*by)))
            .collect(),
        region_level: level(arguments.level).into(),
        measures: arguments
            .measure
            .iter()
            .map(|value| value.to_wire())
            .collect(),
        release: arguments.release,
    };
    let headings = (request.group_by.clone(), arguments.measure);
    let mut client =
        StatisticsServiceClient::new(channel).max_decoding_message_size(MAX_ANSWER_BYTES);
    let answer = client.query(request).await?.into_inner();
    show(json, &answer, |answer| {
        table::query(answer, &headings.0, &headings.1)
    })
}

async fn matrix(json: bool, channel: Channel, arguments: MatrixArgs) -> Done {
    let request = MatrixRequest {
        period: text(arguments.period),
        region_level: level(arguments.level).into(),
        subtree: text(arguments.subtree),
        by_organization: arguments.by_organization,
        states: arguments
            .state
            .into_iter()
            .map(hongyan_proto::report::CaseState::to_wire)
            .collect(),
        release: arguments.release,
    };
    let mut client =
        StatisticsServiceClient::new(channel).max_decoding_message_size(MAX_ANSWER_BYTES);
    let answer = client.matrix(request).await?.into_inner();
    show(json, &answer, table::matrix)
}

fn text(value: Option<impl ToString>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

fn texts(values: Vec<impl ToString>) -> Vec<String> {
    values.into_iter().map(|value| value.to_string()).collect()
}

fn dimension(by: By) -> Dimension {
    match by {
        By::Period => Dimension::Period,
        By::Organization => Dimension::Organization,
        By::Branch => Dimension::BranchOfTree,
        By::Direction => Dimension::Direction,
        By::OwnRegion => Dimension::OwnRegion,
        By::CounterpartRegion => Dimension::CounterpartRegion,
        By::CounterpartOrganization => Dimension::CounterpartOrganization,
        By::State => Dimension::State,
        By::Class => Dimension::MemberClass,
        By::Standing => Dimension::Standing,
    }
}

fn level(level: Level) -> RegionLevel {
    match level {
        Level::Province => RegionLevel::Province,
        Level::City => RegionLevel::City,
        Level::County => RegionLevel::County,
    }
}

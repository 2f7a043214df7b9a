//! PostgreSQL logical replication of the same rows, as the yardstick beside our own catch-up.
//!
//! Two clusters on loopback, a subscription with `synchronous_commit = on` (not its default), rows loaded before the
//! subscription is enabled, so that what is timed is the catch-up alone.

use std::{
    path::{Path, PathBuf},
    process::{Command, Output},
    time::{Duration, Instant},
};

use hongyan_proto::{
    id::{AgreementHash, CaseId, Hash, LogId},
    log::{Kind, NewHeader, limits::SALT_BYTES},
    time::Timestamp,
};

use super::{BenchError, free_port};

const BIN: &str = "/usr/lib/postgresql/15/bin";

/// How long a catch-up may take before the benchmark gives up.
const PATIENCE: Duration = Duration::from_mins(15);

/// One throw-away cluster, run as the user `postgres`; stopped and removed on drop.
struct Cluster {
    folder: PathBuf,
    port: u16,
}

impl Cluster {
    fn start(parent: &Path, name: &str) -> Result<Self, BenchError> {
        let folder = parent.join(name);
        let cluster = Self {
            port: free_port()?,
            folder,
        };
        let folder = cluster.folder.display();
        as_postgres(&format!("{BIN}/initdb --no-sync -A trust -D {folder}"))?;
        let options = format!(
            "-p {} -k {folder} -c listen_addresses=127.0.0.1 -c wal_level=logical -c max_wal_size=8GB \
             -c shared_buffers=256MB -c max_replication_slots=4",
            cluster.port
        );
        as_postgres(&format!(
            "{BIN}/pg_ctl -D {folder} -w -l {folder}/log -o '{options}' start"
        ))?;
        Ok(cluster)
    }

    fn sql(&self, statement: &str) -> Result<String, BenchError> {
        let script = self.folder.with_extension("sql");
        std::fs::write(&script, statement)?;
        let output = as_postgres(&format!(
            "{BIN}/psql -X -q -A -t -v ON_ERROR_STOP=1 -h 127.0.0.1 -p {} -f {}",
            self.port,
            script.display()
        ))?;
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let _: Result<Output, BenchError> = as_postgres(&format!(
            "{BIN}/pg_ctl -D {} -m immediate stop",
            self.folder.display()
        ));
    }
}

fn as_postgres(command: &str) -> Result<Output, BenchError> {
    let output = Command::new("runuser")
        .args(["-u", "postgres", "--", "sh", "-c", command])
        .current_dir("/")
        .output()?;
    if output.status.success() {
        return Ok(output);
    }
    Err(BenchError::Tool(format!(
        "{command}: {}",
        String::from_utf8_lossy(&output.stderr)
    )))
}

/// Is PostgreSQL 15 on this machine?
pub fn available() -> bool {
    Path::new(BIN).join("initdb").exists()
}

/// The same rows: an entry's place, its header and its body.
const TABLE: &str = "CREATE TABLE entries (sequence bigint PRIMARY KEY, header bytea, body bytea);";

/// Bytes of a fact's header: with its log, its case, its agreement and the hash of its body.
fn header_bytes() -> usize {
    let header = NewHeader {
        log_id: LogId::from_bytes([1; 32]),
        sequence: 500_000,
        seen: 1000,
        time: Timestamp::from_millis(1_790_000_000_000),
        kind: Kind::Contact,
        case_id: Some(CaseId::from_bytes([2; 16])),
        agreement: Some(AgreementHash::from_bytes([3; 32])),
        body_hash: Hash::from_bytes([4; 32]),
    };
    header.encode().bytes().len()
}

/// Replicates `rows` rows with payloads of `payload` bytes, committed `per_transaction` at a time, and returns rows per second.
pub fn catch_up(
    parent: &Path,
    rows: u64,
    per_transaction: u64,
    payload: usize,
) -> Result<f64, BenchError> {
    Command::new("chown").arg("postgres").arg(parent).status()?;
    let publisher = Cluster::start(parent, &format!("publisher-{per_transaction}"))?;
    let subscriber = Cluster::start(parent, &format!("subscriber-{per_transaction}"))?;
    publisher.sql(&format!(
        "{TABLE} CREATE PUBLICATION all_rows FOR TABLE entries;"
    ))?;
    subscriber.sql(TABLE)?;
    // The slot must exist before the rows do; the subscription is enabled when they are all there.
    publisher.sql("SELECT pg_create_logical_replication_slot('catch_up', 'pgoutput');")?;
    subscriber.sql(&format!(
        "CREATE SUBSCRIPTION catch_up CONNECTION 'host=127.0.0.1 port={} user=postgres dbname=postgres' \
         PUBLICATION all_rows WITH (enabled = false, create_slot = false, copy_data = false, synchronous_commit = 'on');",
        publisher.port
    ))?;
    publisher.sql(&load(rows, per_transaction, payload))?;
    let begin = Instant::now();
    subscriber.sql("ALTER SUBSCRIPTION catch_up ENABLE;")?;
    wait_for(&subscriber, rows)?;
    let seconds = begin.elapsed().as_secs_f64();
    subscriber.sql("ALTER SUBSCRIPTION catch_up DISABLE; ALTER SUBSCRIPTION catch_up SET (slot_name = NONE); DROP SUBSCRIPTION catch_up;")?;
    #[allow(clippy::cast_precision_loss)]
    Ok(rows as f64 / seconds)
}

fn load(rows: u64, per_transaction: u64, payload: usize) -> String {
    // Random bytes: what compresses would flatter the table's storage.
    let random = |bytes: usize| {
        let hex = vec!["md5(random()::text)"; bytes * 2 / 32 + 1].join(" || ");
        format!("substr(decode({hex}, 'hex'), 1, {bytes})")
    };
    let (header, body) = (random(header_bytes()), random(SALT_BYTES + payload));
    format!(
        "SET synchronous_commit = off;
         DO $$ BEGIN
           FOR start IN 0..{last} LOOP
             INSERT INTO entries
               SELECT n, {header}, {body}
               FROM generate_series(start * {per_transaction}, (start + 1) * {per_transaction} - 1) AS n;
             COMMIT;
           END LOOP;
         END $$;",
        last = rows / per_transaction - 1,
    )
}

/// Waits until the last row is there. One process asks in a loop on the server's side, so that asking costs nothing.
fn wait_for(subscriber: &Cluster, rows: u64) -> Result<(), BenchError> {
    let seconds = PATIENCE.as_secs();
    let found = subscriber.sql(&format!(
        "DO $$ DECLARE begun timestamptz := clock_timestamp(); BEGIN
           WHILE NOT EXISTS (SELECT 1 FROM entries WHERE sequence = {last}) LOOP
             PERFORM pg_sleep(0.02);
             EXIT WHEN clock_timestamp() > begun + interval '{seconds} seconds';
             COMMIT;
           END LOOP;
         END $$;
         SELECT count(*) FROM entries;",
        last = rows - 1,
    ))?;
    if found == rows.to_string() {
        return Ok(());
    }
    Err(BenchError::Tool(format!(
        "only {found} of {rows} rows arrived within {seconds} s"
    )))
}

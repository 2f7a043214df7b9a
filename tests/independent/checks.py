"""What a stranger to our code can do: be refused without a pinned key, read health, query statistics, check our proofs."""

import base64
import contextlib
import json
import os
import pathlib
import re
import socket
import ssl
import subprocess
import sys
import tempfile

import aics_tlog
import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc
from hongyan.statistics.v1 import statistics_service_pb2 as statistics
from hongyan.statistics.v1 import statistics_service_pb2_grpc as statistics_grpc

from identity import Identity, pinned_fingerprint, server_name

PROGRAM = os.environ["HONGYAN_DEMO"]
RESULTS = []


def check(name, holds):
    """Notes one thing that must hold."""
    RESULTS.append(bool(holds))
    print(("ok   " if holds else "FAIL ") + name)


def run(role, folder, *arguments):
    """Runs one command to its end and reads its JSON: the last line, behind those that tell its progress."""
    actor = ["--actor", "independent"] if role == "node" else []
    command = [PROGRAM, role, "--data", folder, "--json", *actor, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    if done.returncode != 0:
        raise RuntimeError(f"{arguments}: {done.stderr}")
    lines = done.stdout.strip().splitlines()
    return json.loads(lines[-1]) if lines else {}


def server_certificate(host, port, identity, folder):
    """The certificate that answers at an address. Nothing is trusted yet: what it proves is looked at afterwards."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_alpn_protocols(["h2"])
    chain = pathlib.Path(folder, "client.pem")
    chain.write_bytes(identity.certificate_pem + identity.key_pem)
    context.load_cert_chain(chain)
    with socket.create_connection((host, port), timeout=10) as plain:
        with context.wrap_socket(plain) as secured:
            return ssl.DER_cert_to_PEM_cert(secured.getpeercert(binary_form=True)).encode()


def channel(address, certificate, fingerprint, identity):
    """A channel that trusts exactly one certificate."""
    credentials = grpc.ssl_channel_credentials(
        certificate, identity.key_pem if identity else None, identity.certificate_pem if identity else None
    )
    options = [("grpc.ssl_target_name_override", server_name(fingerprint))]
    return grpc.secure_channel(address, credentials, options)


def refused(opened):
    """Is a health call refused on this channel?"""
    try:
        health_pb2_grpc.HealthStub(opened).Check(health_pb2.HealthCheckRequest(), timeout=10)
        return False
    except grpc.RpcError as error:
        return error.code() in (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.UNAUTHENTICATED, grpc.StatusCode.PERMISSION_DENIED)


def gateway(folder):
    """Python's grpcio against a gateway."""
    data = str(pathlib.Path(folder, "gateway"))
    run("gateway", data, "init", "--code", "320200", "--name", "无锡市委组织部", "--region", "320200")
    identity, stranger = Identity(), Identity()
    run("gateway", data, "caller", "grant", identity.fingerprint, "--role", "department")
    serving = subprocess.Popen(
        [PROGRAM, "gateway", "--data", data, "--json", "serve", "--listen", "127.0.0.1:0"], stdout=subprocess.PIPE, text=True
    )
    try:
        address = json.loads(serving.stdout.readline())["address"]
        host, port = address.rsplit(":", 1)
        certificate = server_certificate(host, int(port), identity, folder)
        fingerprint = pinned_fingerprint(certificate)
        invitation = run("gateway", data, "invite", "--code", "320200-001")["text"]
        payload = invitation.split(":", 1)[1]
        raw = base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))
        check("the certificate proves the key that the invitation names", key_in(raw, fingerprint))
        check("without a certificate a client is refused", refused(channel(address, certificate, fingerprint, None)))
        check("an unknown key is refused", refused(channel(address, certificate, fingerprint, stranger)))
        opened = channel(address, certificate, fingerprint, identity)
        status = health_pb2_grpc.HealthStub(opened).Check(health_pb2.HealthCheckRequest(), timeout=10)
        check("a pinned key reads health", status.status == health_pb2.HealthCheckResponse.SERVING)
        stub = statistics_grpc.StatisticsServiceStub(opened)
        answer = stub.Query(statistics.QueryRequest(filter=statistics.Filter(periods=["2026-Q3"])), timeout=10)
        check("a pinned key queries statistics", answer.reports == 0)
        try:
            stub.Query(statistics.QueryRequest(filter=statistics.Filter(periods=["2026-13"])), timeout=10)
            check("a wrong period is refused", False)
        except grpc.RpcError as error:
            check("a wrong period is refused with its field", error.code() == grpc.StatusCode.INVALID_ARGUMENT)
    finally:
        serving.terminate()
        check("the gateway stops when asked", serving.wait(timeout=30) == 0)


def key_in(raw, fingerprint):
    """Does any 32-byte run of the invitation hash to this fingerprint?"""
    import hashlib

    return any(hashlib.sha256(raw[at : at + 32]).hexdigest() == fingerprint for at in range(len(raw) - 31))


def proofs(folder):
    """An independent C2SP verifier against a node's local log."""
    data = str(pathlib.Path(folder, "node"))
    run("node", data, "init", "--code", "320200-001", "--name", "某街道党委", "--region", "320200")
    roster = pathlib.Path(folder, "名册.csv")
    rows = ["姓名,性别,所在党支部"] + [f"党员{chr(0x4E00 + number)},男,第一党支部" for number in range(40)]
    roster.write_text("\n".join(rows), encoding="utf-8")
    run("node", data, "member", "import", str(roster), "--yes")
    log = run("node", data, "log", "list")["logs"][0]["logId"]
    check("the local log has an entry for each member", proven(data, log, "the local log") >= 40)


def correspondence(folder):
    """The same verifier against what two nodes tell each other: the log that is written and the one that came in."""
    with contextlib.ExitStack() as running:
        home, host = (partner(folder, code, running) for code in ("320200-001", "341700-001"))
        invitation = run("node", home, "partner", "invite")["text"]
        run("node", host, "partner", "accept", invitation)
        for year in (2027, 2028, 2029):
            for data, other in ((home, "341700-001"), (host, "320200-001")):
                period = ["--from", f"{year}-01-01", "--until", f"{year}-12-31"]
                run("node", data, "agreement", "propose", "--partner", other, *period, "--own-discloses", "identity", "--yes")
                run("node", data, "sync", other)
        roots = {}
        for data, logs in ((home, ("out:341700-001", "in:341700-001")), (host, ("in:320200-001", "out:320200-001"))):
            for log in logs:
                check(f"{log} has letters", proven(data, log, log) >= 3)
                # Whoever writes the log may be ahead of the other: what both have must be the same.
                size = min(int(run("node", at, "log", "checkpoint", name)["size"]) for at, name in same(home, host, log))
                proof = run("node", data, "log", "prove", log, "--old-size", str(size))
                roots.setdefault(author_of(log), set()).add((size, proof["oldRoot"]))
        check("both sides have the same two logs", len(roots) == 2 and all(len(found) == 1 for found in roots.values()))


def author_of(log):
    """Who writes a log, by the name that one of the two sides has for it."""
    return {"out:341700-001": "home", "in:320200-001": "home"}.get(log, "host")


def same(home, host, log):
    """A log as both sides call it."""
    if author_of(log) == "home":
        return [(home, "out:341700-001"), (host, "in:320200-001")]
    return [(home, "in:341700-001"), (host, "out:320200-001")]


def partner(folder, code, running):
    """A node that can be dialled, for as long as the stack is open."""
    data = str(pathlib.Path(folder, code))
    with socket.create_server(("127.0.0.1", 0)) as free:
        address = f"127.0.0.1:{free.getsockname()[1]}"
    run("node", data, "init", "--code", code, "--name", "某党委", "--region", code[:6], "--endpoint", address)
    command = [PROGRAM, "node", "--data", data, "--json", "serve", "--listen", address, "--passive"]
    serving = running.enter_context(subprocess.Popen(command, stdout=subprocess.PIPE, text=True))
    running.callback(serving.terminate)
    json.loads(serving.stdout.readline())
    return data


def proven(data, log, name):
    """Checks everything that can be proven of a log, and that nothing altered passes. Returns its size."""
    checkpoint = run("node", data, "log", "checkpoint", log)
    key = aics_tlog.parse_vkey(checkpoint["verifierKey"])
    note, size = checkpoint["note"], int(checkpoint["size"])
    check(f"{name}: an independent C2SP verifier accepts the checkpoint", accepted(note, key))
    altered = note.replace("\n" + str(size) + "\n", "\n" + str(size + 1) + "\n")
    check(f"{name}: and rejects an altered one", altered != note and not accepted(altered, key))
    root = aics_tlog.parse_checkpoint(aics_tlog.parse_note(note).text).root
    included(data, log, name, (size, root))
    continues(data, log, name, (size, root))
    return size


def included(data, log, name, head):
    """An entry's place in the log."""
    size, root = head
    index = size // 2
    proof = run("node", data, "log", "prove", log, str(index))
    path, signed = proof["proof"].split("\n\n", 1)
    hashes = [base64.b64decode(line) for line in re.findall(r"^[A-Za-z0-9+/]{43}=$", path, re.M)]
    key = aics_tlog.parse_vkey(proof["verifierKey"])
    check(f"{name}: the inclusion proof names its index", f"\nindex {index}\n" in path + "\n")
    check(f"{name}: the inclusion proof carries an accepted checkpoint", accepted(signed, key))
    header = base64.b64decode(proof["header"])
    leaf = aics_tlog.leaf_hash(header)
    verify = aics_tlog.verify_inclusion
    check(f"{name}: the inclusion proof holds", bool(hashes) and holds(lambda: verify(leaf, index, size, hashes, root)))
    wrong = aics_tlog.leaf_hash(header + b"x")
    refuses(name, "inclusion", {
        "another entry": lambda: verify(wrong, index, size, hashes, root),
        "another index": lambda: verify(leaf, index - 1, size, hashes, root),
        "an index behind the end": lambda: verify(leaf, size, size, hashes, root),
        "another root": lambda: verify(leaf, index, size, hashes, flipped(root)),
        "a smaller size": lambda: verify(leaf, index, index, hashes, root),
        "a size of another shape": lambda: verify(leaf, index, size * 4, hashes, root),
        "a hash too few": lambda: verify(leaf, index, size, hashes[:-1], root),
        "a hash too many": lambda: verify(leaf, index, size, hashes + [root], root),
    } | {
        f"hash {at} altered": lambda at=at: verify(leaf, index, size, with_flipped(hashes, at), root)
        for at in range(len(hashes))
    })


def continues(data, log, name, head):
    """That the log at its last size continues what it was before."""
    size, root = head
    older = [old for old in sorted({1, 2, size // 2, size - 1, size}) if 0 < old <= size]
    for old in older:
        proof = run("node", data, "log", "prove", log, "--old-size", str(old))
        hashes = [bytes.fromhex(text) for text in proof.get("hashes", [])]
        old_root = bytes.fromhex(proof["oldRoot"])
        ends = (int(proof["oldSize"]), int(proof["newSize"]), bytes.fromhex(proof["newRoot"]))
        check(f"{name}: the proof of continuation from {old} ends at the checkpoint", ends == (old, size, root))
        verify = aics_tlog.verify_consistency
        check(f"{name}: it holds", holds(lambda: verify(old, size, old_root, root, hashes)))
        attempts = {
            "another old root": lambda: verify(old, size, flipped(old_root), root, hashes),
            "another new root": lambda: verify(old, size, old_root, flipped(root), hashes),
            "a hash too many": lambda: verify(old, size, old_root, root, hashes + [root]),
            "sizes turned round": lambda: verify(size + 1, old, root, old_root, hashes),
        } | {
            f"hash {at} altered": lambda at=at: verify(old, size, old_root, root, with_flipped(hashes, at))
            for at in range(len(hashes))
        }
        if old < size:
            attempts["a hash too few"] = lambda: verify(old, size, old_root, root, hashes[:-1])
            attempts["another old size"] = lambda: verify(old + 1, size, old_root, root, hashes)
        refuses(name, f"continuation from {old}", attempts)
    check(f"{name}: there is something to continue", len(older) > 2)
    # The older root is no invention of this proof: the first entry alone has the root that is its leaf.
    first = base64.b64decode(run("node", data, "log", "prove", log, "0")["header"])
    begin = run("node", data, "log", "prove", log, "--old-size", "1")["oldRoot"]
    check(f"{name}: the oldest root is the first entry's", begin == aics_tlog.leaf_hash(first).hex())


def refuses(name, what, attempts):
    """Each altered proof must be refused."""
    passed = [how for how, attempt in attempts.items() if holds(attempt)]
    check(f"{name}: {len(attempts)} altered proofs of {what} are refused" + "".join(f"; not: {how}" for how in passed), not passed)


def flipped(value):
    """The same bytes but for one bit."""
    return bytes([value[0] ^ 1]) + value[1:]


def with_flipped(hashes, at):
    """The same hashes but for one bit of one."""
    return hashes[:at] + [flipped(hashes[at])] + hashes[at + 1 :]


def accepted(note, key):
    """Does the verifier accept a note as this log's checkpoint?"""
    try:
        return aics_tlog.verify_checkpoint(aics_tlog.parse_note(note), key).ok
    except Exception:  # the verifier has its own error types
        return False


def holds(act):
    """A verifier that answers with a bool or raises."""
    try:
        return act() is not False
    except Exception:
        return False


def main():
    """All checks; exits 1 when one fails."""
    with tempfile.TemporaryDirectory() as folder:
        gateway(folder)
        proofs(folder)
        correspondence(folder)
    failed = RESULTS.count(False)
    print(f"{len(RESULTS) - failed} passed, {failed} failed")
    sys.exit(1 if failed or not RESULTS else 0)


main()

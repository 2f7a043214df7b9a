"""What a stranger to our code can do: be refused without a pinned key, read health, query statistics, check our proofs."""

import base64
import json
import os
import pathlib
import re
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
    """Runs one command to its end and reads its JSON."""
    actor = ["--actor", "independent"] if role == "node" else []
    command = [PROGRAM, role, "--data", folder, "--json", *actor, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    if done.returncode != 0:
        raise RuntimeError(f"{arguments}: {done.stderr}")
    return json.loads(done.stdout) if done.stdout.strip() else {}


def server_certificate(host, port, identity, folder):
    """The certificate that answers at an address. Nothing is trusted yet: what it proves is looked at afterwards."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_alpn_protocols(["h2"])
    chain = pathlib.Path(folder, "client.pem")
    chain.write_bytes(identity.certificate_pem + identity.key_pem)
    context.load_cert_chain(chain)
    import socket

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
    checkpoint = run("node", data, "log", "checkpoint", log)
    key = aics_tlog.parse_vkey(checkpoint["verifierKey"])
    note = checkpoint["note"]
    size = int(checkpoint["size"])
    check("an independent C2SP verifier accepts the checkpoint", accepted(note, key) and size >= 40)
    altered = note.replace("\n" + str(size) + "\n", "\n" + str(size + 1) + "\n")
    check("and rejects an altered one", altered != note and not accepted(altered, key))
    proof = run("node", data, "log", "prove", log, "7")
    hashes = [base64.b64decode(line) for line in re.findall(r"^[A-Za-z0-9+/]{43}=$", proof["proof"].split("\n\n")[0], re.M)]
    header = base64.b64decode(proof["header"])
    root = aics_tlog.parse_checkpoint(aics_tlog.parse_note(note).text).root
    leaf = aics_tlog.leaf_hash(header)
    check("the inclusion proof holds", holds(lambda: aics_tlog.verify_inclusion(leaf, 7, size, hashes, root)))
    wrong = aics_tlog.leaf_hash(header + b"x")
    check("and not for another entry", not holds(lambda: aics_tlog.verify_inclusion(wrong, 7, size, hashes, root)))


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
    failed = RESULTS.count(False)
    print(f"{len(RESULTS) - failed} passed, {failed} failed")
    sys.exit(1 if failed or not RESULTS else 0)


main()

"""Commands that prove that a gate's day was not edited."""

from datetime import datetime
from pathlib import Path

import click
import msgspec

from gate_contract.errors import SchoolgateError
from gate_contract.proof import DayProof, decode_proof, find_faults
from server_bridge.command.options import home_option, json_option
from server_bridge.home import open_home
from server_bridge.store.crossings.day_proof import day_is_miscounted, prove_day


@click.command()
@home_option
@click.option("--gate", "gate_id", required=True, help="The gate's name.")
@click.option("--day", type=click.DateTime(["%Y-%m-%d"]), help="The day. Default: today.")
@json_option
def audit(folder: Path, gate_id: str, day: datetime | None, as_json: bool) -> None:
    """Prove one gate's day: complete, unedited, signed, rightly counted.

    --json prints the proof itself. It can be checked without the database: a school hands it to its
    district, or a district to its school.
    """
    home = open_home(folder)
    asked = day.date() if day else datetime.now(home.zone).date()
    with home.database().read() as connection:
        proof = prove_day(connection, gate_id, asked)
        faults = find_faults(proof)
        if day_is_miscounted(connection, proof.unit_id, asked):
            faults.append(f"the counts of {proof.unit_id} differ from a recount")
    if as_json:
        click.echo(msgspec.json.encode(proof))
    else:
        _say(proof)
    if faults:
        raise SchoolgateError(f"not proven: {'; '.join(faults)}")
    if not as_json:
        click.echo("all there, none edited, signed by the gate; the counts equal a recount")


@click.command("audit-check")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
def audit_check(file: Path) -> None:
    """Check a proof that `audit --json` wrote to FILE; needs no database.

    Prints the public key that signed it. Compare it with the gate's certificate: `openssl x509 -in
    cert.pem -noout -pubkey`.
    """
    proof = decode_proof(file.read_bytes())
    _say(proof)
    faults = find_faults(proof)
    if faults:
        raise SchoolgateError(f"not proven: {'; '.join(faults)}")
    click.echo(f"all there, none edited; signed with the key {proof.public_key}")


def _say(proof: DayProof) -> None:
    click.echo(f"{proof.gate_id}, {proof.day}: {proof.entered} in, {proof.left} out")
    for ledger in proof.ledgers:
        signed = f"signed through {ledger.signed.seq}" if ledger.signed else "not signed"
        first, last = ledger.of_day[0], ledger.of_day[-1]
        click.echo(f"ledger {ledger.ledger_id[:8]}: records {first} to {last}, {signed}")

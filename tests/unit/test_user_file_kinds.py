"""The files that people have: encodings, line breaks, separators, spellings of headers, other vendors' exports."""

from __future__ import annotations

import codecs
import io
import itertools
import json

import pytest

from api.files.reader import Form, UserFile
from api.files.refused import FileRefused
from api.files.vendors import Vendor
from domain.services.importing import ImportRow


def read(content: bytes | str, form: Form = Form.CSV, **options: object) -> tuple[list[ImportRow], UserFile]:
    """The rows of a file of which none is refused, and what was found out about it."""
    raw = content if isinstance(content, bytes) else content.encode()
    file = UserFile(io.BytesIO(raw), form, **options)  # type: ignore[arg-type]
    rows = list(file)
    assert all(isinstance(r, ImportRow) for r in rows), rows
    return [r for r in rows if isinstance(r, ImportRow)], file


WAYS = list(
    itertools.product(
        ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"],
        ["\n", "\r\n", "\r"],
        [",", ";", "\t", "|"],
        [False, True],
    )
)


@pytest.mark.parametrize(("encoding", "end", "separator", "named"), WAYS)
def test_encodings_line_breaks_and_separators(encoding: str, end: str, separator: str, named: bool) -> None:
    lines = [["Email", "Display Name", "Role"], ["zoe@example.com", "Zoë, Bo; 佐藤", "admin"]]
    quoted = [separator.join(f'"{cell}"' for cell in line) for line in lines]
    text = end.join([f"sep={separator}"] * named + quoted + [""])
    mark = {"utf-16-le": codecs.BOM_UTF16_LE, "utf-16-be": codecs.BOM_UTF16_BE}.get(encoding, b"")
    rows, file = read(mark + text.encode(encoding))
    assert rows == [ImportRow(2 + named, "zoe@example.com", "Zoë, Bo; 佐藤", "admin")]
    assert file.separator == separator


@pytest.mark.parametrize(
    "header",
    [
        "email,first_name,last_name",
        "E-Mail,First Name,Last Name",
        "Email Address [Required],First Name [Required],Last Name [Required]",
        "EMAIL,given-name,surname",
        " e_mail (work) , FirstName , Family Name ",
    ],
)
def test_spellings_of_a_header(header: str) -> None:
    rows, file = read(f"{header}\nada@example.com,Ada,King\n")
    assert rows == [ImportRow(2, "ada@example.com", "Ada King")]
    assert file.unused == []


def test_a_name_in_one_column_goes_before_its_parts() -> None:
    rows, _ = read("email,name,first name,last name\na@x.org,Ada K.,Ada,King\nb@x.org,,Bo,\nc@x.org,,,\n")
    assert [r.display_name for r in rows] == ["Ada K.", "Bo", ""]


EXPORTS = {
    Vendor.OKTA: (
        (
            "login,firstName,lastName,email,status,department\n"
            "ada@example.com,Ada,King,,SUSPENDED,X\nbo,Bo,K,bo@example.com,PASSWORD_EXPIRED,\n"
        ),
        ["department"],
    ),
    Vendor.GOOGLE: (
        (
            "First Name [Required],Last Name [Required],Email Address [Required],Password [Required],"
            "Org Unit Path [Required],Status [READ ONLY]\n"
            "Ada,King,ada@example.com,****,/,Suspended\nBo,K,bo@example.com,****,/,Active\n"
        ),
        ["Password [Required]", "Org Unit Path [Required]"],
    ),
    Vendor.ENTRA: (
        (
            "userPrincipalName,displayName,surname,mail,givenName,id,state,accountEnabled\n"
            "ada@example.com,Ada King,King,,Ada,1,Ohio,False\nbo@x.onmicrosoft.com,Bo K,K,bo@example.com,Bo,2,,True\n"
        ),
        ["state"],
    ),
    Vendor.KEYCLOAK: (
        (
            "id,username,email,firstName,lastName,enabled,emailVerified\n"
            "1,ada,ada@example.com,Ada,King,false,true\n2,bo,bo@example.com,Bo,K,true,false\n"
        ),
        ["username"],
    ),
    Vendor.AUTH0: (
        (
            "Id,Given Name,Family Name,Nickname,Name,Email,Email Verified,Blocked\n"
            "auth0|1,Ada,King,ada,ada@example.com,ada@example.com,true,true\n"
            "auth0|2,Bo,K,bo,Bo K,bo@example.com,false,false\n"
        ),
        ["Nickname"],
    ),
    Vendor.MOODLE: (
        "username;firstname;lastname;email;suspended;idnumber\nada;Ada;King;ada@example.com;1;7\nbo;Bo;K;bo@example.com;0;8\n",
        ["username", "idnumber"],
    ),
}


@pytest.mark.parametrize("vendor", list(Vendor))
@pytest.mark.parametrize("named", [False, True])
def test_exports_of_other_directories(vendor: Vendor, named: bool) -> None:
    content, unused = EXPORTS[vendor]
    rows, file = read(content, vendor=vendor if named else None)
    assert [(r.email, r.display_name, r.role, r.status) for r in rows] == [
        ("ada@example.com", "Ada King", "", "disabled"),
        ("bo@example.com", "Bo K", "", "active"),
    ]
    assert (file.vendor, file.unused) == (vendor, unused)


def test_json_of_other_directories() -> None:
    objects = [
        {"username": "ada", "email": "ada@example.com", "firstName": "Ada", "emailVerified": True, "enabled": False},
        {
            "primaryEmail": "bo@example.com",
            "name": {"givenName": "Bo", "familyName": "K"},
            "suspended": False,
            "emails": [],
        },
        {"email": "cy@example.com", "name": "Cy", "age": 7, "tags": ["x"], "role": None},
    ]
    rows, file = read("\n".join(map(json.dumps, objects)), Form.NDJSON)
    assert rows == [
        ImportRow(1, "ada@example.com", "Ada", "", "disabled", "true"),
        ImportRow(2, "bo@example.com", "Bo K", "", "active"),
        ImportRow(3, "cy@example.com", "Cy"),
    ]
    assert file.unused == ["username", "emails", "age", "tags"]


@pytest.mark.parametrize(
    ("column", "value", "status"),
    [
        ("status", "Disabled", "disabled"),
        ("accountEnabled", "FALSE", "disabled"),
        ("accountEnabled", "1", "active"),
        ("suspended", "yes", "disabled"),
        ("suspended", "no", "active"),
        ("suspended", "", ""),
        ("blocked", "perhaps", "perhaps"),
    ],
)
def test_columns_that_mean_a_status(column: str, value: str, status: str) -> None:
    rows, file = read(f"email,{column}\na@x.org,{value}\n")
    assert (rows[0].status, file.unused) == (status, [])


def test_an_encoding_is_named_or_the_file_is_refused() -> None:
    content = "email,name\nzoe@example.com,Zoë\n".encode("cp1252")
    rows, file = read(content, encoding="windows-1252")
    assert (rows[0].display_name, file.encoding) == ("Zoë", "cp1252")
    with pytest.raises(FileRefused, match="byte 0x81 on line 2; name another encoding"):
        read(b"email,name\na@x.org,\x81\n", encoding="windows-1252")
    for name in ("acme", "rot13", "unicode_escape", "utf-7", "\0", ""):
        with pytest.raises(FileRefused, match="is not a known encoding"):
            read(content, encoding=name or " ")


def test_a_mark_is_believed_over_the_order_of_bytes_that_is_named() -> None:
    for given in ("utf-16", "utf-16-le", "utf-16-be"):
        rows, _ = read(codecs.BOM_UTF16_BE + "email\na@x.org\n".encode("utf-16-be"), encoding=given)
        assert rows == [ImportRow(2, "a@x.org")]


def test_what_an_export_writes_besides_is_taken_back_without_complaint() -> None:
    _, file = read("id,email,display_name,role,status,created_at,last_seen_at\n1,a@x.org,A,,,,\n")
    assert file.unused == []

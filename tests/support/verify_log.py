"""Checks an exported log or excerpt, from docs/log-format.md alone: python3 verify_log.py FILE (- for stdin). Exit code 0 or 1."""
import base64, hashlib, json, sys
from ed25519 import fits
def raw(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))

def signed(key, value, signature):
    return fits(raw(key), canonical(value).encode(), raw(signature))

class Number(str):
    """As it stands in the line: JSON.stringify has written it the canonical way."""

def text_of(value, order):
    if isinstance(value, Number):
        return str(value)
    if isinstance(value, dict):
        return "{" + ",".join(text_of(k, order) + ":" + text_of(value[k], order) for k in order(value)) + "}"
    if isinstance(value, list):
        return "[" + ",".join(text_of(item, order) for item in value) + "]"
    return json.dumps(value, ensure_ascii=False)

def canonical(value):
    return text_of(value, lambda names: sorted(names, key=lambda name: name.encode("utf-16-be")))

def need(fact, words):
    if not fact:
        raise ValueError(words)

def check_entry(entry, head, device, seen, ends, torn):
    seq, segment = int(entry["seq"]), (int(entry["seq"]) - 1) // 10**9
    begins = segment > 0 and seq % 10**9 == 1
    need(begins == (entry["type"] == "segment-begun"), f"entry {seq}: not how a segment begins")
    if begins and seq > head[0]:
        ends.update({segment: head if head[0] else None} if seq > head[0] + 1 else {})
        head = (seq - 1, "0" * 64)
    need(entry["device"] == device and seq == head[0] + 1 and entry["prev"] == head[1], f"entry {seq} does not follow")
    need(hashlib.sha256(canonical({name: entry[name] for name in entry if name != "hash"}).encode()).hexdigest() == entry["hash"], f"entry {seq} was changed")
    body = entry["body"]
    if entry["type"] == "statement-received":
        said, signer = body["signed"], body["signed"]["signer"]
        need(signer["certificate"]["physicianId"] == said["statement"]["physicianId"], f"entry {seq}: key of another")
        need(signed(signer["certificate"]["publicKey"], said["statement"], said["signature"]), f"entry {seq}: statement")
    if entry["type"] == "log-checkpointed":
        point = body["checkpoint"]
        need((int(point["seq"]), point["hash"], point["device"]) == (*head, device), f"entry {seq}: another chain")
        need(owns(device, body["publicKey"]) and signed(body["publicKey"], point, body["signature"]), f"entry {seq}: checkpoint")
    if entry["type"] == "hub-receipt-kept":
        receipt, at = body["receipt"], int(body["receipt"]["seq"])
        need(receipt["device"] == device and at < seq and seen.get(at, receipt["hash"]) == receipt["hash"], f"entry {seq}: rewritten")
        need(signed(body["hubPublicKey"], receipt, body["signature"]), f"entry {seq}: receipt")
    if entry["type"] == "log-salvaged":
        end, said = ends.get(segment) or (0, ""), (int(body["from"]["seq"]), body["from"]["hash"]) if body["from"] else (0, "")
        lost = lambda at: any(int(run["from"]) <= at <= int(run["to"]) for run in body["lost"])
        torn -= set(filter(lost, torn))
        if segment in ends and said != end:
            more = all(lost(at) for at in seen if said[0] < at <= segment * 10**9)
            need(more and seen.get(*said) == said[1], f"entry {seq}: another end of the segment before")
            torn |= {said[0]} - {min(said[0], end[0])}
    return (seq, entry["hash"])

def owns(device, key):
    return device == "d-" + hashlib.sha256(raw(key)).hexdigest()[:20]

def check(data):
    lines = [line.decode() for line in data.removesuffix(b"\n").split(b"\n")]
    items = [json.loads(line, parse_int=Number, parse_float=Number) for line in lines]
    for number, (line, item) in enumerate(zip(lines, items), 1):
        need(text_of(item, list) == line, f"line {number} is not written the one allowed way")
    header = items[0].get("excerpt")
    if header is None:
        device, head = items[0]["device"], (int(items[0]["seq"]) - 1, items[0]["prev"])
        need(head[0] > 0 or head[1] == "0" * 64, "entry 1 has a past")
    else:
        device, head, items, last = header["device"], (0, "0" * 64), items[1:-1], items[-1]
        above = hashlib.sha256(b"".join(line.encode() + b"\n" for line in lines[:-1])).hexdigest()
        by = {"by": "hub"} if last["seal"].get("by") == "hub" else {}
        need(last["seal"] == {"device": device, **by, "sha256": above}, "the seal does not fit")
        need((by or owns(device, last["key"])) and signed(last["key"], last["seal"], last["signature"]), "the seal is forged")
    seen, count, holes, ends, torn = {}, 0, [], {}, set()
    for item in items:
        if ("hole" if header is None else "elided") in item:
            gap = item.get("elided") or {"from": item["hole"]["seq"], "to": item["hole"]["seq"], **item["hole"]}
            need(int(gap["from"]) == head[0] + 1 and int(gap["to"]) > head[0], "entries are missing")
            need((int(gap["to"]) - 1) // 10**9 == head[0] // 10**9 or (by and not head[0]), "a segment's beginning is left out")
            head, holes = (int(gap["to"]), gap["hash"]), holes + ([head[0] + 1] if "hole" in item else [])
        else:
            head, count = check_entry(item, head, device, seen, ends, torn), count + 1
        seen[head[0]] = head[1]
    need(not torn, f"the end of a segment was cut off: {torn}")
    if header is not None:
        need(head == (int(header["head"]["seq"]), header["head"]["hash"]), "the head is another")
        need(count == int(header["entries"]), "entries are missing")
    need(not holes, f"of entries {holes} there is only the hash; the {count} others hold")
    return count, head
try:
    with sys.stdin.buffer if sys.argv[1] == "-" else open(sys.argv[1], "rb") as file:
        entries, (seq, last) = check(file.read())
    print(f"VERIFIED {entries} entries, up to {seq} {last}")
except (ValueError, KeyError, TypeError) as error:
    sys.exit(f"NOT VERIFIED: {error}")

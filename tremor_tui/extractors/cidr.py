"""Matches IP addresses and networks; the result is `{prefix, mask}`, lists of numbers.

Without a rule any address or network matches. A rule lists IPv4 networks, with commas; then an IPv4 address
within one of them matches. The numbers of IPv4 are bytes, those of IPv6 are 16 bits each.
"""

from __future__ import annotations

import ipaddress
from bisect import bisect_right
from typing import Any

from tremor_tui.errors import ConfigError
from tremor_tui.extractors.contract import NO_MATCH, Extract, extractor
from tremor_tui.model.batch import Value

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
LONGEST = 64
"""Characters of an address with its length of prefix."""


@extractor("cidr")
def cidr(rule: str) -> Extract:
    """Raises ConfigError for a rule that is no list of IPv4 networks."""
    ranges = _ranges(rule) if rule.strip() else None

    def extract(value: Value, ctx: Any) -> Value:
        if type(value) is not str or len(value) > LONGEST:
            return NO_MATCH
        if ranges is not None and not _within(ranges, value):
            return NO_MATCH
        network = _network(value)
        return NO_MATCH if network is None else _result(network)

    return extract


def _network(text: str) -> Network | None:
    """A network whose bits behind the prefix are zero; short forms of IPv4 such as `10` or `10.1/16` too."""
    address, slash, length = text.partition("/")
    if slash and not length:
        return None
    try:
        return ipaddress.ip_network(_filled(address) + slash + length)
    except ValueError:
        return None


def _filled(address: str) -> str:
    parts = address.split(".")
    if ":" in address or len(parts) >= 4:
        return address
    return ".".join(parts + ["0"] * (4 - len(parts)))


def _result(network: Network) -> Value:
    if network.version == 4:
        return {"prefix": list(network.network_address.packed), "mask": list(network.netmask.packed)}
    return {"prefix": _words(network.network_address.packed), "mask": _words(network.netmask.packed)}


def _words(octets: bytes) -> list[int]:
    return [int.from_bytes(octets[at : at + 2]) for at in range(0, len(octets), 2)]


def _ranges(rule: str) -> tuple[list[int], list[int]]:
    """First and last addresses of the networks, merged and in order."""
    networks = ipaddress.collapse_addresses([_ipv4(part.strip()) for part in rule.split(",")])
    ordered = sorted(networks)
    return [int(n.network_address) for n in ordered], [int(n.broadcast_address) for n in ordered]


def _ipv4(text: str) -> ipaddress.IPv4Network:
    network = _network(text)
    if network is None:
        raise ConfigError(f"`{text}` is not an IPv4 network", "write it like `10.0.0.0/8`")
    if not isinstance(network, ipaddress.IPv4Network):
        raise ConfigError(f"`{text}` is of IPv6; a list takes networks of IPv4 alone")
    return network


def _within(ranges: tuple[list[int], list[int]], text: str) -> bool:
    try:
        address = int(ipaddress.IPv4Address(text))
    except ValueError:
        return False
    firsts, lasts = ranges
    index = bisect_right(firsts, address) - 1
    return index >= 0 and address <= lasts[index]

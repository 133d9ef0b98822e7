"""The API tokens of the host's agents: the same in every run of an installation."""

import base64

from django.utils.crypto import salted_hmac

from voxysapps.simulator.demonstration import HOST_ACCOUNTS
from voxysapps.simulator.demonstration.shapes import Agent, DemonstrationAccount

_BYTES = 18


def agent_token(host_account_id: int, agent_id: int) -> str:
    """Return the token with which the agent asks the stand-in host's API."""
    digest = salted_hmac("voxysapps.simulator.host.tokens", f"{host_account_id}/{agent_id}", algorithm="sha256")
    return base64.urlsafe_b64encode(digest.digest()[:_BYTES]).decode()


def administrator_token(seed: DemonstrationAccount) -> str:
    """Return the token of the account's first administrator."""
    return agent_token(seed.host_account_id, administrator_of(seed).id)


def administrator_of(seed: DemonstrationAccount) -> Agent:
    """Return the account's first administrator."""
    return next(agent for agent in seed.agents if agent.role == "administrator")


def owner_of(token: str) -> tuple[DemonstrationAccount, Agent] | None:
    """Return whose token it is, with the account they work in."""
    for seed in HOST_ACCOUNTS:
        for agent in seed.agents:
            if agent_token(seed.host_account_id, agent.id) == token:
                return seed, agent
    return None

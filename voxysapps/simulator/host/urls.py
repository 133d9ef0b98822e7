"""The paths of the stand-in host's REST API. Like the host's they end without a slash."""

from django.urls import path, re_path

from voxysapps.simulator.host import api
from voxysapps.simulator.host.calls import answers

_ACCOUNT = "accounts/<int:account_id>"
_CONVERSATION = f"{_ACCOUNT}/conversations/<int:id_>"

urlpatterns = [
    path("profile", answers(GET=api.show_profile), name="host-profile"),
    path(f"{_ACCOUNT}/agents", answers(GET=api.list_agents), name="host-agents"),
    path(f"{_ACCOUNT}/inboxes", answers(GET=api.list_inboxes), name="host-inboxes"),
    path(f"{_ACCOUNT}/inbox_members/<int:id_>", answers(GET=api.show_inbox_members), name="host-members"),
    path(f"{_ACCOUNT}/teams", answers(GET=api.list_teams), name="host-teams"),
    path(f"{_ACCOUNT}/contacts", answers(GET=api.list_contacts), name="host-contacts"),
    path(f"{_ACCOUNT}/contacts/search", answers(GET=api.search_contacts), name="host-search"),
    path(
        f"{_ACCOUNT}/contacts/<int:id_>",
        answers(GET=api.show_contact, PATCH=api.update_contact, PUT=api.update_contact, DELETE=api.delete_contact),
        name="host-contact",
    ),
    path(
        f"{_ACCOUNT}/contacts/<int:id_>/conversations",
        answers(GET=api.list_contact_conversations),
        name="host-contact-conversations",
    ),
    path(f"{_ACCOUNT}/contacts/<int:id_>/notes", answers(GET=api.list_contact_notes), name="host-contact-notes"),
    path(f"{_ACCOUNT}/contacts/<int:id_>/labels", answers(GET=api.list_contact_labels), name="host-contact-labels"),
    path(f"{_ACCOUNT}/conversations", answers(GET=api.list_conversations), name="host-conversations"),
    path(_CONVERSATION, answers(GET=api.show_conversation), name="host-conversation"),
    path(f"{_CONVERSATION}/toggle_status", answers(POST=api.toggle_status), name="host-status"),
    path(f"{_CONVERSATION}/assignments", answers(POST=api.assign), name="host-assignment"),
    path(f"{_CONVERSATION}/messages", answers(GET=api.list_messages, POST=api.create_message), name="host-messages"),
    path(f"{_CONVERSATION}/messages/<int:message_id>", answers(DELETE=api.delete_message), name="host-message"),
    path(
        f"{_ACCOUNT}/dashboard_apps",
        answers(GET=api.list_dashboard_apps, POST=api.create_dashboard_app),
        name="host-apps",
    ),
    path(
        f"{_ACCOUNT}/dashboard_apps/<int:id_>",
        answers(
            GET=api.show_dashboard_app,
            PATCH=api.update_dashboard_app,
            PUT=api.update_dashboard_app,
            DELETE=api.delete_dashboard_app,
        ),
        name="host-app",
    ),
    path(f"{_ACCOUNT}/webhooks", answers(GET=api.list_webhooks, POST=api.create_webhook), name="host-webhooks"),
    path(
        f"{_ACCOUNT}/webhooks/<int:id_>",
        answers(PATCH=api.update_webhook, PUT=api.update_webhook, DELETE=api.delete_webhook),
        name="host-webhook",
    ),
    # What it does not have is not found, in its own words.
    re_path(r"^accounts/(?P<account_id>[0-9]+)/.*$", answers(), name="host-else"),
]

"""Every attack in a row: what is promised, the tests that attack it in short, what was measured last.

A figure stands beside an attack where a program of this folder measures it (`promises.PROMISES`).
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Attack:
    """One way to break a promise."""

    attack: str
    promise: str
    tests: tuple[str, ...]
    measured: tuple[str, ...] = ()
    """Names of measurements."""


UNDER_LOAD = (
    Attack(
        "Eight clients upload as fast as they can",
        "One row and one file of each acknowledged upload, of the bytes that were sent",
        (
            "test_many_at_once_are_all_answered",
            "test_two_analyses_of_one_image_do_not_share_a_file",
        ),
        ("acceptance",),
    ),
    Attack(
        "Thousands of analyses wait",
        "The queue drains in order, as fast as a short one, shared by workers",
        (
            "test_claims_the_oldest_first",
            "test_many_workers_share_the_work_without_doubles",
        ),
        ("backlog, SQLite", "backlog, PostgreSQL"),
    ),
    Attack(
        "Ten times as many clients as can be answered",
        "Refused from the head of the request, quickly, with a time to come back; work goes on",
        (
            "test_a_full_queue_refuses_an_upload_before_its_body_is_read",
            "test_a_full_queue_refuses_at_once_however_slow_the_records_are",
            "test_a_queue_that_was_full_a_moment_ago_makes_nobody_wait_for_a_look",
        ),
        ("overload",),
    ),
    Attack(
        "A session sends more than its share",
        "It learns what is left to it and when to come back; a fresh "
        "session does not lift the limit of an address",
        (
            "test_too_many_uploads_of_a_session_learn_when_to_come_back",
            "test_an_upload_says_what_is_left_of_the_callers_limit",
            "test_dropping_the_cookie_does_not_lift_the_limit_of_an_address",
        ),
    ),
    Attack(
        "A session or an address fills the disk",
        "Each stores no more in a day than its quota",
        (
            "test_a_session_keeps_no_more_than_its_quota",
            "test_an_address_stores_no_more_in_a_day_than_its_quota",
            "test_kept_values_count_against_the_quota",
        ),
    ),
    Attack(
        "One address sends files that take seconds to decode",
        "Others keep a decoder, and nobody waits without a bound",
        (
            "test_slow_files_of_one_address_leave_a_decoder_for_others",
            "test_slow_callers_together_leave_places_for_others",
        ),
    ),
    Attack(
        "Forty lines ask for heatmaps and outlines of lungs",
        "Pictures are painted in turns, beside the event loop; everybody else is answered",
        ("test_pictures_that_are_painted_take_turns_and_nobody_else_waits",),
        ("heatmaps",),
    ),
    Attack(
        "A long history is exported again and again",
        "It is written piece by piece, in turns, and memory is bounded",
        ("test_who_does_not_read_makes_nothing_be_read_and_holds_no_turn",),
    ),
    Attack(
        "Requests go on for hours",
        "Memory does not grow",
        (
            "test_large_bodies_without_an_end_do_not_fill_the_memory_for_good",
            "test_names_without_end_do_not_fill_the_memory",
        ),
        ("growth",),
    ),
)
SLOW = (
    Attack(
        "64 and 600 uploads that trickle",
        "All other uploads are answered, at most twice as slowly",
        (
            "test_uploads_go_on_while_hundreds_of_bodies_trickle_from_one_address",
            "test_the_slowest_makes_room_for_a_newcomer",
            "test_a_body_below_the_least_rate_is_too_slow",
        ),
        ("slow: trickling uploads, 64", "slow: trickling uploads, 600"),
    ),
    Attack(
        "400 unfinished heads",
        "The same",
        ("test_dribbled_headers_are_closed_and_others_are_served",),
        ("slow: half heads, 400",),
    ),
    Attack(
        "3,000 idle connections",
        "The same: the longest idle of the greediest address makes room",
        (
            "test_idle_sockets_make_room_for_others",
            "test_the_longest_idle_of_the_greediest_address_makes_room",
        ),
        ("slow: idle sockets, 3,000",),
    ),
    Attack(
        "Bodies of one-byte chunks",
        "Refused, and the event loop is not held up",
        (
            "test_a_body_of_dust_is_refused_and_holds_nobody_up",
            "test_who_sent_dust_may_send_no_chunks_but_bodies_with_a_length",
        ),
        ("dust",),
    ),
    Attack(
        "Connections one after the other without a pause",
        "The event loop is not held up",
        ("test_garbage_does_not_flood_the_log",),
        ("connections",),
    ),
    Attack(
        "Clients that leave half-way",
        "No row, no file and hardly a line is left",
        ("test_clients_that_leave_half_way_leave_nothing",),
    ),
)
DEATHS = (
    Attack(
        "The service, its networks and its decoders are killed",
        "What was acknowledged is neither lost nor doubled, and no image is blamed",
        (
            "test_every_kind_of_kill_loses_nothing",
            "test_kills_under_load_lose_nothing_and_double_nothing",
            "test_a_result_of_an_older_attempt_is_refused",
            "test_decoders_killed_at_once_are_started_anew_and_no_upload_is_an_error",
        ),
        ("accepted", "erasure"),
    ),
    Attack(
        "A power cut",
        "What was acknowledged is on the disk",
        (
            "test_a_power_cut_takes_nothing_that_was_acknowledged",
            "test_where_no_image_is_kept_a_result_is_on_the_disk_before_its_image_goes",
        ),
    ),
    Attack(
        "A host of a service of many processes dies, or its database or its image store",
        "Another takes over what it held; nothing accepted is lost",
        (
            "test_what_a_killed_worker_held_goes_to_another_soon_after_its_lease",
            "test_a_database_that_dies_under_load_loses_nothing_that_was_accepted",
            "test_without_its_store_a_service_is_not_ready_and_accepts_nothing",
        ),
    ),
    Attack(
        "An image that ends the process that reads it",
        "It fails alone; what stood beside it does not",
        (
            "test_only_what_ends_the_process_of_the_engine_alone_fails",
            "test_however_often_its_worker_was_lost_an_analysis_is_not_to_blame",
            "test_a_decoder_that_dies_is_reported_and_harms_nobody",
        ),
    ),
    Attack(
        "A process that is stopped, or killed while it starts",
        "It is replaced before anybody waits for it",
        (
            "test_a_stopped_zygote_does_not_stop_the_service",
            "test_a_killed_process_is_replaced_before_anybody_asks",
            "test_a_process_that_is_killed_while_it_starts_is_started_again",
        ),
    ),
    Attack(
        "Signals: one, two, one in the first start",
        "What was begun is finished; the second ends at once; the next start is whole",
        (
            "test_a_polite_stop_answers_what_was_begun_and_is_quick",
            "test_a_second_signal_ends_at_once_and_loses_nothing",
            "test_a_service_killed_in_its_first_start_starts_the_next_time",
        ),
    ),
    Attack(
        "The machine sleeps, or its clock is set",
        "Nothing expires, is deleted or ends before it began",
        (
            "test_a_service_that_was_put_to_sleep_loses_and_doubles_nothing",
            "test_after_a_step_what_waits_goes_on_waiting",
            "test_after_a_step_images_live_as_long_as_promised_and_not_much_longer",
            "test_nothing_ends_before_it_began_though_the_clock_was_set_back",
            "test_a_host_whose_clock_is_wrong_takes_nobody_s_work",
        ),
    ),
    Attack(
        "A thousand analyses are deleted while they wait",
        "They are gone at once and never run",
        (
            "test_a_thousand_that_are_cancelled_while_they_wait_are_never_run",
            "test_deleting_while_it_runs_leaves_nothing_either",
            "test_a_late_result_of_a_deleted_analysis_is_refused",
        ),
        ("cancellations",),
    ),
    Attack(
        "A retry, fifty at once, one after a restart",
        "One key is one analysis",
        (
            "test_fifty_equal_requests_with_one_key_are_one_analysis",
            "test_a_key_used_with_other_content_is_refused",
            "test_a_key_is_remembered_after_a_restart",
        ),
    ),
    Attack(
        "Random histories of several sessions, with kills",
        "Each sees its own, all of it, and nothing that was deleted",
        (
            "test_random_histories_show_each_owner_their_own_and_nothing_else",
            "test_pages_together_are_the_whole_history_even_within_one_instant",
        ),
        ("histories",),
    ),
)
STORAGE = (
    Attack(
        "The disk is full",
        "Uploads are refused, reading goes on, and room heals it",
        (
            "test_a_full_file_system_refuses_uploads_keeps_reading_and_heals_by_a_deletion",
            "test_a_full_disk_refuses_uploads_and_keeps_reading",
            "test_a_full_disk_is_reported_and_leaves_no_half_image",
        ),
    ),
    Attack(
        "The folder cannot be written",
        "The start is refused in one sentence",
        ("test_on_a_disk_that_is_read_only_the_start_is_refused_in_one_sentence",),
    ),
    Attack(
        "Somebody locks the database",
        "Reads are answered; uploads learn when to return",
        (
            "test_under_a_foreign_lock_reads_are_answered_and_uploads_learn_when_to_return",
            "test_a_locked_database_is_reported_after_the_busy_time",
        ),
    ),
    Attack(
        "The database is damaged",
        "It is said in one sentence, at the start and while the service runs",
        (
            "test_damage_under_a_running_service_says_so",
            "test_opening_a_damaged_database_says_so",
            "test_a_damaged_copy_is_not_brought_back_at_all",
        ),
    ),
    Attack(
        "A deletion beside an open reader, or ended by a kill",
        "What was deleted is in no file, at the latest after the next sweep",
        (
            "test_deleting_leaves_nothing",
            "test_a_deleted_row_is_in_no_file",
            "test_erasing_waits_for_no_reader_and_is_owed_until_the_next_sweep",
            "test_what_a_killed_process_owed_is_erased_by_the_next_start",
        ),
    ),
    Attack(
        "What waits while no network answers",
        "It expires, and its image goes",
        ("test_what_waits_without_a_model_expires_and_its_image_goes",),
    ),
)
INPUTS = (
    Attack(
        "Hostile files: bombs, scans, cut and mutated ones",
        "A reason, never an error of the service, in bounded time and memory",
        (
            "test_every_hostile_file_is_answered_properly_and_harms_no_other",
            "test_the_scan_bombs_are_refused_before_they_are_decoded",
            "test_the_largest_picture_allowed_fits_into_the_memory_of_a_decoder",
        ),
        ("fuzz: intake", "fuzz: guided"),
    ),
    Attack(
        "Hostile requests: framing, smuggling, addresses that are none",
        "A refusal, never an error of the service",
        (
            "test_contradictory_framing_is_refused",
            "test_a_smuggled_second_request_is_not_run",
            "test_an_origin_that_is_no_address_is_a_malformed_request",
            "test_a_host_that_is_no_address_is_a_malformed_request",
            "test_head_is_answered_wherever_get_is",
        ),
        ("fuzz: API",),
    ),
    Attack(
        "Names, dates and ids of persons in a file, its name, its address",
        "Nothing of a person is kept but pixels",
        (
            "test_thirty_personal_strings_are_in_no_answer_and_no_file",
            "test_nothing_of_the_original_is_kept",
            "test_logs_hold_neither_names_nor_cookies_nor_ids",
            "test_file_names_are_never_used_nor_echoed",
        ),
    ),
    Attack(
        "Networks that are damaged, unsigned, of another shape, or answer NaN",
        "Never an answer, never ready; the old one goes on",
        (
            "test_without_a_verified_model_nothing_is_answered",
            "test_a_network_that_does_not_answer_is_refused_with_the_reason",
            "test_what_cannot_be_verified_is_neither_installed_nor_chosen",
            "test_an_unsigned_or_forged_network_is_not_installed",
            "test_a_running_service_switches_and_keeps_the_old_network_where_the_new_one_fails",
        ),
    ),
    Attack(
        "Readiness is asked while something is broken",
        "It says why an upload would not be answered, at once",
        (
            "test_an_engine_that_died_and_cannot_start_is_not_ready_and_loses_nothing",
            "test_decoders_that_never_start_keep_one_thread_and_nobody_else",
            "test_an_engine_that_still_loads_is_not_ready",
        ),
    ),
)
INTRUDERS = (
    Attack(
        "A decoder that runs the attacker's code",
        "It gets out by no way, and has no call it does not need",
        (
            "test_a_decoder_finds_no_way_out",
            "test_a_decoder_can_neither_open_nor_fork_nor_connect_nor_signal",
            "test_a_decoder_has_no_right_to_a_system_call_that_it_does_not_need",
            "test_a_decoder_that_lies_is_not_believed",
        ),
    ),
    Attack(
        "A kernel without the layers that keep decoders in",
        "Nothing starts, and the sentence names the layer",
        (
            "test_a_missing_layer_is_found_by_attacking",
            "test_without_a_layer_the_service_refuses_to_start_in_one_sentence",
            "test_a_sandbox_that_becomes_too_weak_is_not_ready_and_says_why",
        ),
    ),
    Attack(
        "A stranger guesses or knows an id, a key, a link",
        "The same answer as for what does not exist, more and more slowly",
        (
            "test_a_stranger_finds_nothing_of_others",
            "test_every_route_with_an_id_is_in_the_matrix",
            "test_who_guesses_ids_is_slowed_down",
            "test_guessing_keys_is_slowed_down",
            "test_a_link_that_is_over_taken_back_or_of_a_deleted_analysis_shows_nothing",
        ),
    ),
    Attack(
        "A session that is planted, copied or forged",
        "It is no session; a true one is issued anew each day",
        (
            "test_a_cookie_we_did_not_sign_is_no_session",
            "test_what_was_not_issued_here_is_no_session",
            "test_over_https_no_neighbour_can_plant_a_session",
            "test_a_session_is_issued_anew_each_day_and_keeps_its_history",
        ),
    ),
    Attack(
        "A page of another site, a name bound to this machine",
        "Neither changes nor reads anything",
        (
            "test_pages_of_other_origins_may_not",
            "test_no_page_of_another_site_is_invited",
            "test_a_name_that_somebody_else_bound_to_this_machine_is_not_answered",
            "test_metrics_are_not_for_whom_an_unnamed_proxy_lets_through",
            "test_every_route_has_the_security_headers",
        ),
    ),
)
ATTACKS: Mapping[str, tuple[Attack, ...]] = {
    "Load": UNDER_LOAD,
    "Slow and idle clients": SLOW,
    "Deaths, stops, clocks, retries": DEATHS,
    "Disk and database": STORAGE,
    "Files, requests, networks": INPUTS,
    "Intruders": INTRUDERS,
}


def tables(measured: Mapping[str, Mapping[str, object]]) -> str:
    """The attacks with their tests and their last figures, in Markdown, a table for each kind."""
    return "\n".join(
        f"### {kind}\n\n| attack | promise | attacked by | measured last |\n|---|---|---|---|\n"
        + "".join(_row(one, measured) for one in attacks)
        for kind, attacks in ATTACKS.items()
    )


def _row(one: Attack, measured: Mapping[str, Mapping[str, object]]) -> str:
    tests = ", ".join(f"`{test}`" for test in one.tests)
    figures = "; ".join(_figure(measured.get(name)) for name in one.measured)
    return f"| {one.attack} | {one.promise} | {tests} | {figures or 'by its tests alone'} |\n"


def _figure(last: Mapping[str, object] | None) -> str:
    if last is None:
        return "not yet"
    return f"{last['measured']} ({'kept' if last['held'] else '**not kept**'})"

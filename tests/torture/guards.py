"""What guards each promise between two measurements: tests that attack it in short."""

GUARDS: dict[str, tuple[str, ...]] = {
    "Every upload that is acknowledged has one row and one file, of the bytes that were sent.": (
        "test_many_at_once_are_all_answered", "test_two_analyses_of_one_image_do_not_share_a_file",
    ),
    "A long queue drains in order, and several workers share it.": (
        "test_claims_the_oldest_first", "test_many_workers_share_the_work_without_doubles",
    ),
    "Overload is refused quickly, from the head of the request, with a time to come back.": (
        "test_a_full_queue_refuses_an_upload_before_its_body_is_read",
        "test_a_full_queue_refuses_at_once_however_slow_the_records_are",
        "test_too_many_uploads_of_a_session_learn_when_to_come_back",
        "test_a_queue_that_was_full_a_moment_ago_makes_nobody_wait_for_a_look",
    ),
    "What was cancelled or has expired is never run, and no result of it appears.": (
        "test_deleting_while_it_runs_leaves_nothing_either",
        "test_a_late_result_of_a_deleted_analysis_is_refused",
        "test_what_waits_without_a_model_expires_and_its_image_goes",
        "test_a_thousand_that_are_cancelled_while_they_wait_are_never_run",
    ),
    "A worker that dies loses nothing, and its late result is refused.": (
        "test_every_kind_of_kill_loses_nothing", "test_a_result_of_an_older_attempt_is_refused",
        "test_a_killed_process_is_replaced_before_anybody_asks",
        "test_a_process_that_is_killed_while_it_starts_is_started_again",
        "test_decoders_killed_at_once_are_started_anew_and_no_upload_is_an_error",
    ),
    "A service that dies loses nothing that it acknowledged, whether killed or by a power cut.": (
        "test_kills_under_load_lose_nothing_and_double_nothing",
        "test_a_power_cut_takes_nothing_that_was_acknowledged",
        "test_where_no_image_is_kept_a_result_is_on_the_disk_before_its_image_goes",
    ),
    "An image that ends its process fails alone; what merely stood beside it does not.": (
        "test_only_what_ends_the_process_of_the_engine_alone_fails",
        "test_however_often_its_worker_was_lost_an_analysis_is_not_to_blame",
        "test_one_bad_file_does_not_disturb_its_neighbours",
    ),
    "Hostile files and requests get a reason, never an error of the service.": (
        "test_every_hostile_file_is_answered_properly_and_harms_no_other",
        "test_contradictory_framing_is_refused", "test_a_smuggled_second_request_is_not_run",
        "test_an_origin_that_is_no_address_is_a_malformed_request",
    ),
    "Memory is bounded.": (
        "test_large_bodies_without_an_end_do_not_fill_the_memory_for_good",
        "test_who_does_not_read_makes_nothing_be_read_and_holds_no_turn",
        "test_the_scan_bombs_are_refused_before_they_are_decoded",
    ),
    "Slow and greedy clients keep nobody out.": (
        "test_uploads_go_on_while_hundreds_of_bodies_trickle_from_one_address",
        "test_idle_sockets_make_room_for_others", "test_dribbled_headers_are_closed_and_others_are_served",
        "test_a_body_of_dust_is_refused_and_holds_nobody_up",
        "test_who_sent_dust_may_send_no_chunks_but_bodies_with_a_length",
        "test_slow_files_of_one_address_leave_a_decoder_for_others",
    ),
    "A client that leaves half-way leaves nothing.": (
        "test_clients_that_leave_half_way_leave_nothing", "test_garbage_does_not_flood_the_log",
    ),
    "A full disk refuses uploads, keeps reading, and heals.": (
        "test_a_full_file_system_refuses_uploads_keeps_reading_and_heals_by_a_deletion",
        "test_a_full_disk_refuses_uploads_and_keeps_reading",
        "test_a_full_disk_is_reported_and_leaves_no_half_image",
    ),
    "A locked or damaged database is said in a sentence.": (
        "test_a_locked_database_is_reported_after_the_busy_time",
        "test_under_a_foreign_lock_reads_are_answered_and_uploads_learn_when_to_return",
        "test_damage_under_a_running_service_says_so", "test_opening_a_damaged_database_says_so",
    ),
    "A network that cannot be trusted never answers.": (
        "test_without_a_verified_model_nothing_is_answered",
        "test_what_cannot_be_verified_is_neither_installed_nor_chosen",
        "test_a_running_service_switches_and_keeps_the_old_network_where_the_new_one_fails",
    ),
    "A clock that is set neither expires nor deletes.": (
        "test_after_a_step_what_waits_goes_on_waiting",
        "test_after_a_step_images_live_as_long_as_promised_and_not_much_longer",
        "test_nothing_ends_before_it_began_though_the_clock_was_set_back",
    ),
    "A retry with its key is the same analysis.": (
        "test_fifty_equal_requests_with_one_key_are_one_analysis",
        "test_a_key_used_with_other_content_is_refused", "test_a_key_is_remembered_after_a_restart",
    ),
    "A history shows what was done, and nobody else's.": (
        "test_random_histories_show_each_owner_their_own_and_nothing_else",
        "test_a_stranger_finds_nothing_of_others", "test_every_route_with_an_id_is_in_the_matrix",
        "test_pages_together_are_the_whole_history_even_within_one_instant",
    ),
    "Readiness says why an upload would not be answered, at once.": (
        "test_an_engine_that_died_and_cannot_start_is_not_ready_and_loses_nothing",
        "test_decoders_that_never_start_keep_one_thread_and_nobody_else",
        "test_an_engine_that_still_loads_is_not_ready",
    ),
    "A stop finishes what was begun, a second signal ends it; neither loses anything.": (
        "test_a_polite_stop_answers_what_was_begun_and_is_quick",
        "test_a_second_signal_ends_at_once_and_loses_nothing",
        "test_a_service_killed_in_its_first_start_starts_the_next_time",
        "test_a_service_that_was_put_to_sleep_loses_and_doubles_nothing",
    ),
    "Nothing of a person is kept but pixels.": (
        "test_thirty_personal_strings_are_in_no_answer_and_no_file",
        "test_nothing_of_the_original_is_kept", "test_logs_hold_neither_names_nor_cookies_nor_ids",
        "test_file_names_are_never_used_nor_echoed",
    ),
    "What was deleted is in no file.": (
        "test_deleting_leaves_nothing", "test_a_deleted_row_is_in_no_file",
        "test_erasing_waits_for_no_reader_and_is_owed_until_the_next_sweep",
        "test_what_a_killed_process_owed_is_erased_by_the_next_start",
    ),
    "A decoder cannot get out, and without the layers that keep it in nothing starts.": (
        "test_a_decoder_finds_no_way_out", "test_a_missing_layer_is_found_by_attacking",
        "test_a_decoder_has_no_right_to_a_system_call_that_it_does_not_need",
        "test_without_a_layer_the_service_refuses_to_start_in_one_sentence",
    ),
}  # fmt: skip


def table() -> str:
    """The promises and their tests, in Markdown."""
    rows = (
        f"| {promise} | {', '.join(f'`{test}`' for test in tests)} |"
        for promise, tests in GUARDS.items()
    )
    return "| promise | attacked by |\n|---|---|\n" + "\n".join(rows) + "\n"

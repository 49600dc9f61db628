"""Every rule of the language that is not about a single value: run over the whole quiz, all at once."""

from . import (
    condition_rules,
    contour_rules,
    file_rules,
    given_contours,
    isodose_rules,
    mark_rules,
    page_rules,
    question_rules,
    random_rules,
    right_answer_rules,
    session_rules,
)
from .answer_key import AnswerKey, with_right_answers
from .file_rules import ImagesOfPage
from .image_folder import ImageFolder
from .model import Quiz
from .problems import Problem, about

_RULES_OF_SESSION = (
    session_rules.results_are_not_sent,
    session_rules.forced_order,
    session_rules.one_page_group,
    session_rules.pages_differ,
    session_rules.time_limits,
    session_rules.presets_differ,
    session_rules.bookmarks_have_a_source,
    condition_rules.conditions,
    contour_rules.shown_contours_have_a_source,
    contour_rules.merged_contours,
    file_rules.roi_color_file,
    file_rules.pictures_and_scripts,
    right_answer_rules.answers_do_not_travel,
    right_answer_rules.feedback_is_asked_for,
)

_RULES_OF_PAGE = (
    page_rules.safe_names,
    question_rules.question_set_is_there,
    question_rules.something_is_asked,
    page_rules.rerun_needs_multiple_responses,
    page_rules.bookmark_is_usable,
    page_rules.one_path_one_id,
    page_rules.views_of_layout,
    page_rules.one_image_a_layer,
    page_rules.foreground_orientation,
    page_rules.rtstruct_has_a_volume,
    contour_rules.required_segments,
    contour_rules.required_lines,
    given_contours.contours_to_start_from,
    question_rules.options,
    question_rules.different_options,
    question_rules.limits,
    question_rules.markdown,
    question_rules.attributes_fit_type,
    random_rules.sides,
    random_rules.tied_options,
    random_rules.option_order,
    right_answer_rules.right_answers,
    right_answer_rules.explanations,
    right_answer_rules.drawing_keys,
    mark_rules.marks,
)

_RULES_OF_IMAGE = (
    page_rules.roi_names_fit_code,
    page_rules.rois_fit_type,
    page_rules.view_attributes_on_background,
    page_rules.vectors,
    page_rules.value_map_fits_type,
    page_rules.color_tables,
    contour_rules.drawn_on_a_volume,
    given_contours.fits_type,
    isodose_rules.isodoses_fit_type,
    isodose_rules.isodoses_differ,
)


def check_quiz(
    quiz: Quiz, folder: ImageFolder | None = None, of_page: ImagesOfPage | None = None
) -> list[Problem]:
    """All that is wrong with a quiz that ``read_quiz`` gave, sorted by line; never raises.

    What lies beside the quiz is looked for in any case, images with a ``folder`` only. ``of_page`` reads the
    images of a page, and tells what showing them would tell.
    """
    problems: list[Problem] = []
    for rule in _RULES_OF_SESSION:
        problems += (problem.at(line=quiz.line) for problem in rule(quiz))
    for page in quiz.pages:
        found = [problem for page_rule in _RULES_OF_PAGE for problem in page_rule(page)]
        for image in (each for each in page.images if not each.is_another_plane):
            found += (
                about(image, problem) for image_rule in _RULES_OF_IMAGE for problem in image_rule(image)
            )
        problems += (problem.at(line=page.line, page=page.number) for problem in found)
    problems += file_rules.mask_value_maps(quiz, folder)
    if folder is not None:
        problems += file_rules.images(quiz, folder, of_page)
    return sorted(problems, key=lambda problem: problem.line)


def check_answer_key(quiz: Quiz, key: AnswerKey) -> list[Problem]:
    """All that is wrong with what the key says is right in this quiz, by the lines of the key's file."""
    answered, problems = with_right_answers(quiz, key)
    if key.source.path != quiz.path:
        problems += right_answer_rules.one_key(quiz)
    for before, after in zip(quiz.pages, answered.pages, strict=True):
        if after.drawing_keys != before.drawing_keys:
            problems += (each.at(page=after.number) for each in right_answer_rules.drawing_keys(after))
        for old, question in zip(before.questions, after.questions, strict=True):
            if question is not old:
                for rule in (right_answer_rules.right_answer, right_answer_rules.right_marks):
                    problems += (each.at(line=question.line, page=after.number) for each in rule(question))
    return sorted(problems, key=lambda problem: problem.line)

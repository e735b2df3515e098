"""Why a list of labelled images cannot be used, or a training run cannot start."""

from raiox.errors import ErrorKind, RaioxError
from raiox.manifest import ManifestError


class LabelsUnreadableError(ManifestError):
    """The file that maps labels cannot be used (`reason`)."""

    code = "labels_unreadable"


class LabelUnknownError(ManifestError):
    """Labels that the network lacks and no file maps (`n_labels`, `n_images`, `known`)."""

    code = "label_unknown"


class NoImageError(ManifestError):
    """There is no labelled image to measure on."""

    code = "no_image"


class GroupsSpanSplitsError(ManifestError):
    """`n_groups` lie in more than one split."""

    code = "groups_span_splits"


class BundlesDifferError(ManifestError):
    """Two bundles, `old` and `new`, have other roles or labels: they cannot be compared."""

    code = "bundles_differ"


class RecipeError(RaioxError):
    """A training run cannot start."""

    kind = ErrorKind.INVALID_INPUT


class DataSetMissingError(RecipeError):
    """`RAIOX_DATASETS` names no data set."""

    code = "data_set_missing"


class DeviceMissingError(RecipeError):
    """torch finds no GPU on this machine."""

    code = "device_missing"


class RecipeInvalidError(RecipeError):
    """The recipe contradicts itself (`reason`)."""

    code = "recipe_invalid"


class RecipeNotFoundError(RecipeError):
    """No file holds the `recipe`; those of `file` are `known`."""

    code = "recipe_not_found"


class SplitEmptyError(RecipeError):
    """The `recipe` leaves no image in a `split`."""

    code = "split_empty"


class TaskWithoutClassesError(RecipeError):
    """A `task` with one output has nothing to classify, so there is nothing to repeat."""

    code = "task_without_classes"


class StartError(RecipeError):
    """What a network starts or learns from cannot be used."""


class RunNotFinishedError(StartError):
    """A run that is built on or exported is not there whole (`recipe`, `run`)."""

    code = "run_not_finished"


class ImageNetWeightsMissingError(StartError):
    """No file of ImageNet weights was named for a `network`."""

    code = "imagenet_weights_missing"


class ImageNetWeightsInvalidError(StartError):
    """The file does not hold ImageNet weights of this `network`."""

    code = "imagenet_weights_invalid"


class StartBundleMissingError(StartError):
    """The `recipe` starts from a bundle, and none was named."""

    code = "start_bundle_missing"


class StartNetworkMismatchError(StartError):
    """The `recipe` starts from weights (`init`) of another kind of network."""

    code = "start_network_mismatch"


class TeacherMismatchError(StartError):
    """A `teacher` has another preprocessing than its student."""

    code = "teacher_mismatch"


class RunError(RaioxError):
    """A run folder cannot be used for what was asked of it."""

    kind = ErrorKind.INVALID_INPUT


class RunRecipeDiffersError(RunError):
    """The folder of a `run` holds a run of another recipe."""

    code = "run_recipe_differs"


class RunDataChangedError(RunError):
    """The data are no longer those of the `run`."""

    code = "run_data_changed"


class TaskNotServedError(RunError):
    """The service has no use for a network of this `task`."""

    code = "task_not_served"


class ExportMismatchError(RunError):
    """The exported graph differs from the network by `error` logits; at most `limit` is accepted."""

    code = "export_mismatch"
    kind = ErrorKind.INTERNAL


class BundleNetworkUnknownError(RunError):
    """The network of a `bundle` is none of the classifiers that recipes describe."""

    code = "bundle_network_unknown"


class TooFewRadiographsError(RunError):
    """Of `n_radiographs` little can be estimated: there must be `min_radiographs`."""

    code = "too_few_radiographs"


class QuantizationLosesError(RunError):
    """In 8 bits a network answers worse (`auc_loss`, `point_loss`, `map_correlation`)."""

    code = "quantization_loses"


class RunsFailedError(RecipeError):
    """Trainings ended by themselves (`runs`, and `log` of the first)."""

    code = "runs_failed"
    kind = ErrorKind.INTERNAL

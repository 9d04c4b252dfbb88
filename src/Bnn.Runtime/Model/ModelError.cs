namespace Bnn.Model;

/// <summary>A kind of error in a model file; each has an id, which is never reused, and a page in docs/diagnostics.</summary>
/// <param name="Id">For example <c>BNN002</c>.</param>
/// <param name="Title">The kind in a few words.</param>
/// <param name="Format">The message, with numbered holes for its arguments.</param>
sealed partial record ModelErrorKind(string Id, string Title, string Format);

/// <summary>One error in a model file, with the place where it stands.</summary>
/// <param name="Kind">What is wrong.</param>
/// <param name="Line">Line in the file, from 0.</param>
/// <param name="Column">Column of the first character, from 0.</param>
/// <param name="Length">Characters from there.</param>
/// <param name="Arguments">What fills the holes of the message.</param>
sealed partial record ModelError(ModelErrorKind Kind, int Line, int Column, int Length, EquatableArray<string> Arguments)
{
    /// <summary>The message, in English.</summary>
    public string Message => string.Format(System.Globalization.CultureInfo.InvariantCulture, Kind.Format, Arguments.Cast<object>().ToArray());

    /// <summary>The usual form with lines and columns from 1: <c>path(line,column): error BNN002: message</c>.</summary>
    public string Describe(string path) => FormattableString.Invariant($"{path}({Line + 1},{Column + 1}): error {Kind.Id}: {Message}");
}

/// <summary>All kinds of errors that reading a model can find.</summary>
static partial class ModelErrors
{
    /// <summary>The first line is not that of a model file.</summary>
    public static ModelErrorKind NotAModel { get; } = new("BNN001", "Not a model file",
        "This is not a .bnn model: the first line must be 'bnn 1', but it is '{0}'");

    /// <summary>A layer does not take what the one before it gives.</summary>
    public static ModelErrorKind ShapeMismatch { get; } = new("BNN002", "Layer sizes do not meet",
        "Layer '{0}' takes {1}, but '{2}' before it gives {3}");

    /// <summary>A version that this reader does not know.</summary>
    public static ModelErrorKind UnsupportedVersion { get; } = new("BNN003", "Unsupported version",
        "Version {0} of the model format is not supported; this reader knows version 1");

    /// <summary>A line is not of the form that the format gives it.</summary>
    public static ModelErrorKind Syntax { get; } = new("BNN004", "Syntax error",
        "{0} expected, but '{1}' found");

    /// <summary>A line starts with a word that the format does not know.</summary>
    public static ModelErrorKind UnknownField { get; } = new("BNN005", "Unknown field",
        "'{0}' is not known to version 1 of the model format");

    /// <summary>The file ends too early.</summary>
    public static ModelErrorKind Truncated { get; } = new("BNN006", "Truncated file",
        "The file ends where {0} is expected; it was cut off");

    /// <summary>The content does not give the checksum that the file states.</summary>
    public static ModelErrorKind ChecksumMismatch { get; } = new("BNN007", "Checksum mismatch",
        "The content has SHA-256 {0}, but the file states {1}; it was changed after it was written");

    /// <summary>Something is larger than the format allows.</summary>
    public static ModelErrorKind TooLarge { get; } = new("BNN008", "Too large",
        "{0} is {1}; at most {2} is allowed");

    /// <summary>The packed weights of a row are wrong.</summary>
    public static ModelErrorKind BadWeights { get; } = new("BNN009", "Bad weights",
        "{0} of channel {1} of layer '{2}': {3}");

    /// <summary>A number lies outside its range.</summary>
    public static ModelErrorKind OutOfRange { get; } = new("BNN010", "Number out of range",
        "{0} is {1}, but must lie in [{2}, {3}]");

    /// <summary>Parts that are right by themselves do not make a network.</summary>
    public static ModelErrorKind BadStructure { get; } = new("BNN011", "Not a network",
        "{0}");

    /// <summary>More errors than are reported.</summary>
    public static ModelErrorKind TooManyErrors { get; } = new("BNN012", "Too many errors",
        "More than {0} errors; the rest is not shown");

    /// <summary>Every kind, in the order of the ids.</summary>
    public static IReadOnlyList<ModelErrorKind> All { get; } =
    [
        NotAModel, ShapeMismatch, UnsupportedVersion, Syntax, UnknownField, Truncated, ChecksumMismatch, TooLarge, BadWeights, OutOfRange, BadStructure, TooManyErrors,
    ];
}

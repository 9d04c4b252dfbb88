using Bnn.Model;

namespace Bnn.Generator.Compiler;

/// <summary>What the compiler itself has to say about a model that may be sound; <c>ModelErrors</c> has what the reader says.</summary>
internal static class CompilerErrors
{
    /// <summary>Two models would make the same class.</summary>
    public static ModelErrorKind DuplicateClass { get; } = new("BNN020", "Two models make the same class",
        "'{0}' and '{1}' both make the class '{2}'; the first one is compiled. Set BnnClass or BnnNamespace on one of them");

    /// <summary>A class name or namespace cannot be used.</summary>
    public static ModelErrorKind BadName { get; } = new("BNN021", "Bad name",
        "{0} '{1}' cannot be used: {2}");

    /// <summary>An option has a value that is not known.</summary>
    public static ModelErrorKind BadOption { get; } = new("BNN022", "Bad option",
        "{0} is '{1}', but must be {2}");

    /// <summary>The generated source would be too large for the C# compiler.</summary>
    public static ModelErrorKind TooLargeToCompile { get; } = new("BNN024", "Too large to compile",
        "The constants of the model take {0} words of 64 bits, but at most {1} can be compiled; use the interpreter or prune the model");

    /// <summary>The file could not be read.</summary>
    public static ModelErrorKind Unreadable { get; } = new("BNN025", "Unreadable file",
        "The model file '{0}' cannot be read");

    /// <summary>Which lowering each layer got.</summary>
    public static ModelErrorKind Lowered { get; } = new("BNN030", "How the model was compiled",
        "Layer '{0}' ({1}): {2}, {3}");

    /// <summary>A bug of the compiler.</summary>
    public static ModelErrorKind Internal { get; } = new("BNN099", "Internal error of the compiler",
        "The model compiler failed on '{0}', which is a bug in it: {1}");

    /// <summary>Every kind, in the order of the ids.</summary>
    public static IReadOnlyList<ModelErrorKind> All { get; } =
        [DuplicateClass, BadName, BadOption, TooLargeToCompile, Unreadable, Lowered, Internal];

    /// <summary>An error about the file as a whole: it stands at its first character.</summary>
    public static ModelError OnFile(ModelErrorKind kind, params string[] arguments) => new(kind, 0, 0, 0, new(arguments));
}

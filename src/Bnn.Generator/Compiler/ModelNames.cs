using System.Text;
using Bnn.Model;

namespace Bnn.Generator.Compiler;

/// <summary>Names of generated classes: only ASCII identifiers, so that nothing in a file name or option can change the generated code.</summary>
internal static class ModelNames
{
    private const int ClassLength = 128;
    private const int NamespaceLength = 512;

    // Reserved words, and contextual ones that cannot name a type or are better not used for one.
    private static readonly HashSet<string> s_keywords = new(StringComparer.Ordinal)
    {
        "abstract", "as", "base", "bool", "break", "byte", "case", "catch", "char", "checked", "class", "const", "continue", "decimal", "default",
        "delegate", "do", "double", "else", "enum", "event", "explicit", "extern", "false", "finally", "fixed", "float", "for", "foreach", "goto", "if",
        "implicit", "in", "int", "interface", "internal", "is", "lock", "long", "namespace", "new", "null", "object", "operator", "out", "override",
        "params", "private", "protected", "public", "readonly", "ref", "return", "sbyte", "sealed", "short", "sizeof", "stackalloc", "static", "string",
        "struct", "switch", "this", "throw", "true", "try", "typeof", "uint", "ulong", "unchecked", "unsafe", "ushort", "using", "virtual", "void",
        "volatile", "while", "__arglist", "__makeref", "__reftype", "__refvalue",
        "add", "alias", "allows", "and", "ascending", "async", "await", "by", "descending", "dynamic", "equals", "extension", "field", "file", "from",
        "get", "global", "group", "init", "into", "join", "let", "managed", "nameof", "nint", "not", "notnull", "nuint", "on", "or", "orderby", "partial",
        "record", "remove", "required", "scoped", "select", "set", "unmanaged", "value", "var", "when", "where", "with", "yield", "_",
    };

    /// <summary>Short names of types of the base library and the runtime in the generated file. Nothing else may have one of them there.</summary>
    public static IReadOnlyList<(string Name, string Type)> Aliases { get; } =
    [
        ("BnnBits", "System.Numerics.BitOperations"),
        ("BnnMemory", "System.Runtime.InteropServices.MemoryMarshal"),
        ("BnnUnsafe", "System.Runtime.CompilerServices.Unsafe"),
        ("BnnVectors", "System.Runtime.Intrinsics.Vector256"),
        ("BnnBytes", "Bnn.Kernels.ByteStream"),
        ("BnnFiring", "Bnn.Kernels.Firing"),
        ("BnnWindow", "Bnn.Kernels.SampleWindow"),
        ("BnnStream", "Bnn.Kernels.BitStream"),
        ("BnnWriter", "Bnn.Kernels.BitWriter"),
    ];

    private static readonly HashSet<string> s_members = new(StringComparer.Ordinal)
    {
        "InputLength", "ClassCount", "Labels", "Info", "Predict", "Scores", "PredictBatch", "ScoresBatch", "Run", "LabelTexts", "ScoreBuffer",
        "InputCodes", "BorderCodes", "BatchLanes",
    };

    /// <summary>The class name that was asked for, or one made from the file name: <c>fashion-mlp.bnn</c> becomes <c>FashionMlp</c>.</summary>
    public static string ClassName(ModelSource source, List<ModelError> errors)
    {
        bool isAsked = !string.IsNullOrEmpty(source.Options.ClassName);
        string name = isAsked ? source.Options.ClassName! : Pascal(FileName(source.Path));
        if (!isAsked && (IsMember(name) || s_keywords.Contains(name)))
            name = "Model" + name;
        string? fault = Fault(name, ClassLength) ?? (IsMember(name) ? "the class has a member of that name" : null);
        if (fault is not null)
        {
            string what = isAsked ? "Class name" : $"The class name made from the file name {Quote(FileName(source.Path))}, set BnnClass instead;";
            errors.Add(CompilerErrors.OnFile(CompilerErrors.BadName, what, Quote(name), fault));
        }
        return name;
    }

    /// <summary>The namespace that was asked for, or the project's, with what cannot stand in a namespace replaced.</summary>
    public static string Namespace(ModelSource source, List<ModelError> errors)
    {
        string? asked = source.Options.Namespace;
        if (string.IsNullOrEmpty(asked))
            return string.Join(".", (source.Options.DefaultNamespace ?? "").Split(['.'], StringSplitOptions.RemoveEmptyEntries).Select(Sanitized));
        string? fault = asked!.Length > NamespaceLength ? FormattableString.Invariant($"it is longer than {NamespaceLength} characters") : null;
        foreach (string part in asked.Split('.'))
            fault ??= Fault(part, NamespaceLength) ?? (IsAlias(part) ? "the generated code calls a type so" : null);
        if (fault is not null)
            errors.Add(CompilerErrors.OnFile(CompilerErrors.BadName, "Namespace", Quote(asked), fault));
        return asked;
    }

    /// <summary>Last part of a path of either kind.</summary>
    public static string FileName(string path) => path.Substring(path.LastIndexOfAny(['/', '\\']) + 1);

    /// <summary>Text for messages and comments: printable ASCII as it is, the rest as <c>\uXXXX</c>, cut after 100 characters.</summary>
    public static string Quote(string text)
    {
        var quoted = new StringBuilder();
        foreach (char c in text)
        {
            if (quoted.Length > 100)
                return quoted.Append("...").ToString();
            if (c is >= ' ' and <= '~')
                quoted.Append(c);
            else
                quoted.Append("\\u").Append(((int)c).ToString("X4", System.Globalization.CultureInfo.InvariantCulture));
        }
        return quoted.ToString();
    }

    private static bool IsMember(string name) =>
        s_members.Contains(name) || IsAlias(name) || IsNumbered(name, "Layer") || IsNumbered(name, "Pack") || IsNumbered(name, "Lanes")
        || (name.StartsWith("get_", StringComparison.Ordinal) && IsMember(name.Substring(4)));

    private static bool IsAlias(string name) => Aliases.Any(alias => alias.Name == name);

    private static bool IsNumbered(string name, string word) =>
        name.StartsWith(word, StringComparison.Ordinal) && name.Length > word.Length && name[word.Length] is >= '0' and <= '9';

    private static string? Fault(string name, int longest) =>
        name.Length == 0 ? "it is empty"
        : name.Length > longest ? FormattableString.Invariant($"it is longer than {longest} characters")
        : name[0] is >= '0' and <= '9' ? "it starts with a digit"
        : !name.All(IsPart) ? "only the letters A to Z, digits and underscores are allowed"
        : s_keywords.Contains(name) ? "it is a word of C#"
        : null;

    private static bool IsPart(char c) => c is (>= 'A' and <= 'Z') or (>= 'a' and <= 'z') or (>= '0' and <= '9') or '_';

    private static string Pascal(string fileName)
    {
        int dot = fileName.LastIndexOf('.');
        var name = new StringBuilder();
        bool starts = true;
        foreach (char c in dot < 0 ? fileName : fileName.Substring(0, dot))
        {
            bool isPart = IsPart(c) && c != '_';
            if (isPart)
                name.Append(starts && c is >= 'a' and <= 'z' ? (char)(c - 'a' + 'A') : c);
            starts = !isPart;
        }
        if (name.Length > 0 && name[0] is >= '0' and <= '9')
            name.Insert(0, '_');
        return name.ToString();
    }

    private static string Sanitized(string part)
    {
        var name = new StringBuilder();
        foreach (char c in part.Length > ClassLength ? part.Substring(0, ClassLength) : part)
            name.Append(IsPart(c) ? c : '_');
        if (name[0] is >= '0' and <= '9')
            name.Insert(0, '_');
        if (s_keywords.Contains(name.ToString()) || IsAlias(name.ToString()))
            name.Append('_');
        return name.ToString();
    }
}

using System.Reflection;
using Bnn.Model;
using Bnn.Runtime.Tests.Model;
using Microsoft.CodeAnalysis;

namespace Bnn.Generator.Tests;

/// <summary>Whatever stands in a model file or an option, the generator gives diagnostics, or exactly the class that was asked for.</summary>
public class HostileTextTests
{
    private static readonly string[] s_keywords =
        ["class", "record", "var", "dynamic", "nint", "file", "field", "await", "partial", "where", "value", "global", "extension", "unsafe", "namespace",
         "void", "_", "__arglist", "__makeref", "__reftype", "__refvalue", "stackalloc", "ref", "nameof"];

    private static readonly string[] s_members =
    [
        "Run", "Info", "Labels", "Predict", "Scores", "PredictBatch", "ScoresBatch", "InputLength", "ClassCount", "LabelTexts", "ScoreBuffer", "InputCodes",
        "BorderCodes",
        "Layer0", "Layer1Weights", "Layer0Items", "Pack0", "Equals", "ToString", "GetHashCode", "GetType", "MemberwiseClone", "Finalize", "ReferenceEquals",
    ];

    private static readonly string[] s_types =
    [
        "System", "Bnn", "Models", "Kernels", "Inference", "Numerics", "BitOperations", "Span", "ReadOnlySpan", "MemoryMarshal", "Unsafe", "Vector256",
        "ArgumentException", "Object",
        "String", "Type", "IBinaryClassifier", "ModelInfo", "Shape", "Arguments", "ThreadScratch", "PatchShape", "BnnBits", "BnnMemory", "BnnUnsafe",
        "BnnBytes", "BnnFiring",
        "BnnStream", "BnnVectors", "BnnWriter", "MethodImplAttribute", "ThreadStaticAttribute",
    ];

    private static readonly string[] s_texts =
    [
        "", " ", "a", "A", "__", "9", "a;b", "a{", "}", "}}", "a//", "/* a", "*/", "*/ class X { } /*", "// \n class X { }", "\n#error a", "#if FALSE",
        "\r\n#line 1", "#pragma warning disable",
        "\u2028", "\u2029class X;", "\u0085", "\v", "\f", "\0", "\u001a", "\u202Eabc", "\u2066a\u2069", "\u200B", "\uFEFF", "\uD800", "\uDC00", "\uD83D\uDE00",
        "\u0430bc", "\u0391", "\u0441lass",
        "e\u0301", "\u00E9", "\u00DF", "\u0130", "\uFF21", "a.b", "A..B", ".", "a<T>", "a<", "@class", "@", "a-b", "a b", "a\tb", "\\u0041", "\\", "\\n", "\"",
        "\"; class X { } \"", "\"\"\"", "$\"{a}\"", "@\"", "'", "{0}", "{", "%s",
        "<", "</summary>", "<!--", "-->", "]]>", "<![CDATA[", "&amp;", "&", "--", "///", "<see cref=\"X\"/>", "\u00A0", "a,b", "a=b", "a:b", "(", ")", "[", "]",
        "`", "~", "|", "^", "!", "?", "*", "+",
        "CON", "nul", "..", "../../x", "C:\\x", "a\u0000b", "x".PadLeft(128, 'x'), new('x', 129), new('"', 60), new('\n', 60), new('\uFFFF', 40),
        "using System;", "namespace X { }", "System.Console.WriteLine();",
        "0x", "1e9", "-1", "true", "null", "default", "sizeof", "<Module>", "<>c", "get_Info", "op_Implicit", ".ctor", "value__", "\u2018a\u2019", "\u3000",
        "\u0660", "\u05D0\u05D1", "\u0627\u0644", "\u0E33",
    ];

    private static IEnumerable<string> All => [.. s_keywords, .. s_members, .. s_types, .. s_texts];

    // Small, because there are hundreds of them.
    private static readonly Network s_small = Models.Image(new(1, 2, 2), new ThresholdEncoding(new([9])), Models.Convolution(1, 1, 2, 2, padding: 1));
    private static readonly string s_smallest = BnnWriter.Write(Models.Bits(3, new ScoresLayer("scores", Models.Rows("+++"), Models.Ints(0), 1)));

    [Fact]
    public void There_are_two_hundred_hostile_texts() => Assert.InRange(All.Distinct(StringComparer.Ordinal).Count(), 200, 1000);

    /// <summary>Name, labels, metadata, names of layers and of the file at once: exactly the classes that were asked for, in a project that
    /// compiles without a warning.</summary>
    [Fact]
    public void Texts_of_a_model_cannot_leave_their_place()
    {
        string[] texts = [.. All.Distinct(StringComparer.Ordinal)];
        var files = new List<InMemoryFile>();
        for (int i = 0; i < texts.Length; i++)
        {
            string name = texts[i].Length is > 0 and < 128 ? texts[i] : "long or empty";
            Network network = s_small with
            {
                Name = name,
                Labels = new([texts[i], texts[i] + texts[i], ""]),
                Metadata = new([new("key", texts[i])]),
                Layers = new([.. s_small.Layers.Select((layer, l) => layer with { Name = l == 0 ? name : layer.Name + l })]),
            };
            files.Add(new($"/project/{i}/{texts[i]}.bnn", BnnWriter.Write(network), ("BnnClass", "C" + i)));
        }
        Assembly assembly = Drivers.Compile(Drivers.Project(), new(("RootNamespace", "Models"), ("ProjectDir", "/project/")), [.. files]).Load();
        Assert.Equal(texts.Select((_, i) => "Models.C" + i).Order(StringComparer.Ordinal), Types(assembly));
        for (int i = 0; i < texts.Length; i++)
        {
            var labels = (string[])assembly.GetType("Models.C" + i)!.GetField("LabelTexts", BindingFlags.NonPublic | BindingFlags.Static)!.GetValue(null)!;
            Assert.Equal<string>([texts[i], texts[i] + texts[i], ""], labels);
        }
    }

    /// <summary>As class name and as namespace: a diagnostic of its own, or exactly that class in a project that compiles without a warning.</summary>
    [Theory, InlineData("BnnClass"), InlineData("BnnNamespace")]
    public void Names_are_refused_or_exactly_what_was_asked_for(string option)
    {
        var accepted = new Dictionary<string, InMemoryFile>(StringComparer.Ordinal);
        foreach (string name in All.SelectMany(name => new[] { name, "A." + name }).Distinct(StringComparer.Ordinal).Where(name => name.Length > 0))
        {
            // Accepted classes lie in a namespace each, so that they do not meet; accepted namespaces hold a class of the same name.
            string number = "N" + accepted.Count;
            InMemoryFile file = option == "BnnClass"
                ? new($"/project/{accepted.Count}.bnn", s_smallest, (option, name), ("BnnNamespace", number))
                : new($"/project/{accepted.Count}.bnn", s_smallest, (option, name), ("BnnClass", "Thing"));
            GeneratorRunResult result = Drivers.Run(file);
            Assert.Null(result.Exception);
            if (result.Errors().Length > 0)
                Assert.Equal("BNN021", Assert.Single(result.Errors()).Id);
            else
                accepted.Add(option == "BnnClass" ? $"{number}.{name}" : $"{name}.Thing", file);
        }
        Assert.InRange(accepted.Count, 30, 400);
        Assembly assembly = Drivers.Compile(Drivers.Project(), new(("ProjectDir", "/project/")), [.. accepted.Values]).Load();
        Assert.Equal(accepted.Keys.Order(StringComparer.Ordinal), Types(assembly));
    }

    /// <summary>File names alone: the class is made from them.</summary>
    [Fact]
    public void File_names_become_classes_or_are_refused()
    {
        foreach (string name in All)
        {
            GeneratorRunResult result = Drivers.Run(new InMemoryFile($"/project/{name}.bnn", s_smallest));
            Assert.Null(result.Exception);
            Assert.Equal(1, result.Errors().Length + result.GeneratedSources.Length);
            Assert.All(result.Errors(), error => Assert.Equal("BNN021", error.Id));
            Assert.All(result.GeneratedSources, source => Assert.Empty(source.SyntaxTree.GetDiagnostics()));
        }
    }

    /// <summary>Damaged files: errors of the reader, or a class; never an exception, and never the error that stands for a bug.</summary>
    [Fact]
    public void Damaged_models_never_make_the_generator_throw()
    {
        int compiled = 0;
        for (int seed = 0; seed < 600; seed++)
        {
            GeneratorRunResult result = Drivers.Run(new InMemoryFile("/project/a.bnn", ModelMutations.Text(seed)));
            Assert.Null(result.Exception);
            Assert.DoesNotContain(result.Diagnostics, diagnostic => diagnostic.Id == "BNN099");
            Assert.True(result.Errors().Length > 0 != result.GeneratedSources.Length > 0, $"seed {seed}");
            Assert.All(result.GeneratedSources, source => Assert.Empty(source.SyntaxTree.GetDiagnostics()));
            compiled += result.GeneratedSources.Length;
        }
        Assert.InRange(compiled, 30, 500);
    }

    private static IEnumerable<string> Types(Assembly assembly) => assembly.GetTypes()
        .Where(type => !type.IsNested && type.Namespace is not ("System.Runtime.CompilerServices" or "Microsoft.CodeAnalysis") && !type.Name.StartsWith('<'))
        .Select(type => type.FullName!).Order(StringComparer.Ordinal);
}

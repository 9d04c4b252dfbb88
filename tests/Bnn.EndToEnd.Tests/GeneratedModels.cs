using System.Reflection;
using System.Runtime.Loader;
using Basic.Reference.Assemblies;
using Bnn.Generator;
using Bnn.Model;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Text;

namespace Bnn.EndToEnd.Tests;

/// <summary>Runs the generator as a compiler does, compiles what it wrote, and loads it; also linked into the benchmarks.</summary>
internal static class GeneratedModels
{
    /// <summary>Compiles model files into one assembly and loads it.</summary>
    /// <param name="models">Name of the class and text of its file.</param>
    /// <param name="lowering">Forces a lowering by name; null lets the planner choose.</param>
    /// <exception cref="InvalidOperationException">The generator warns, or the compiler refuses what it wrote.</exception>
    public static Assembly Compile(IReadOnlyList<(string Name, string Text)> models, string? lowering = null)
    {
        var options = new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, optimizationLevel: OptimizationLevel.Release, checkOverflow: true);
        return new AssemblyLoadContext(null, isCollectible: true).LoadFromStream(new MemoryStream(Emit(models, options, lowering)));
    }

    /// <summary>Compiles model files, and further source, into the bytes of an assembly.</summary>
    /// <param name="models">Name of the class, in namespace <c>Generated</c>, and text of its file.</param>
    /// <param name="options">Kind of assembly, optimisation and checks.</param>
    /// <param name="lowering">Forces a lowering by name; null lets the planner choose.</param>
    /// <param name="source">C# that is compiled with them, or null.</param>
    /// <param name="references">Further assemblies that the source needs, by path.</param>
    /// <exception cref="InvalidOperationException">The generator warns, or the compiler refuses what it wrote.</exception>
    public static byte[] Emit(
        IReadOnlyList<(string Name, string Text)> models, CSharpCompilationOptions options, string? lowering = null, string? source = null, params string[] references) =>
        Emit([.. models.Select(model => (model.Name, model.Text, lowering))], options, source, references);

    /// <summary>The same with a lowering for each model.</summary>
    public static byte[] Emit(
        IReadOnlyList<(string Name, string Text, string? Lowering)> models, CSharpCompilationOptions options, string? source, params string[] references)
    {
        IEnumerable<MetadataReference> known =
            [.. Net100.References.All, .. references.Append(typeof(Network).Assembly.Location).Select(path => MetadataReference.CreateFromFile(path))];
        CSharpCompilation compilation = CSharpCompilation.Create(
            "Generated" + Guid.NewGuid().ToString("N"), source is null ? [] : [CSharpSyntaxTree.ParseText(source)], known, options);
        GeneratorDriver driver = CSharpGeneratorDriver.Create(
            [new BnnGenerator().AsSourceGenerator()],
            models.Select(model => (AdditionalText)new InMemoryText($"/models/{model.Name}.bnn", model.Text, model.Lowering)),
            optionsProvider: new Options());
        driver.RunGeneratorsAndUpdateCompilation(compilation, out Compilation output, out var diagnostics);
        using var stream = new MemoryStream();
        var emitted = output.Emit(stream);
        Diagnostic[] wrong =
        [
            .. diagnostics.Where(diagnostic => diagnostic.Severity >= DiagnosticSeverity.Warning),
            .. emitted.Diagnostics.Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error),
        ];
        return wrong.Length == 0 && emitted.Success ? stream.ToArray() : throw new InvalidOperationException(string.Join<Diagnostic>('\n', wrong.Take(5)));
    }

    /// <summary>Calls <c>method&lt;TModel&gt;(arguments)</c> of <paramref name="owner"/> with the generated class of that name.</summary>
    public static void Call(Type owner, string method, Assembly assembly, string className, params object[] arguments)
    {
        Type model = assembly.GetTypes().Single(type => type.Name == className);
        MethodInfo generic = owner.GetMethod(method, BindingFlags.Static | BindingFlags.NonPublic | BindingFlags.Public)!;
        generic.MakeGenericMethod(model).Invoke(null, BindingFlags.DoNotWrapExceptions, null, arguments, null);
    }

    private sealed class InMemoryText(string path, string text, string? lowering) : AdditionalText
    {
        public override string Path => path;

        public string? Lowering => lowering;

        public override SourceText GetText(CancellationToken cancellationToken = default) => SourceText.From(text);
    }

    private sealed class Options : AnalyzerConfigOptionsProvider
    {
        public override AnalyzerConfigOptions GlobalOptions { get; } = new Values(new() { ["build_property.RootNamespace"] = "Generated", ["build_property.ProjectDir"] = "/" });

        public override AnalyzerConfigOptions GetOptions(SyntaxTree tree) => new Values([]);

        public override AnalyzerConfigOptions GetOptions(AdditionalText textFile) =>
            new Values(((InMemoryText)textFile).Lowering is { } lowering ? new() { ["build_metadata.AdditionalFiles.BnnLowering"] = lowering } : []);
    }

    private sealed class Values(Dictionary<string, string> values) : AnalyzerConfigOptions
    {
        public override bool TryGetValue(string key, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out string? value) => values.TryGetValue(key, out value);
    }
}

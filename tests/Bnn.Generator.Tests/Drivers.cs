using System.Collections.Immutable;
using System.Reflection;
using System.Runtime.Loader;
using Basic.Reference.Assemblies;
using Bnn.Model;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Text;

namespace Bnn.Generator.Tests;

/// <summary>An additional file; null text stands for one that cannot be read.</summary>
internal sealed class InMemoryFile(string path, string? text, params (string Key, string Value)[] metadata) : AdditionalText
{
    public override string Path => path;

    public ImmutableDictionary<string, string> Metadata { get; } = metadata.ToImmutableDictionary(
        entry => "build_metadata.AdditionalFiles." + entry.Key, entry => entry.Value);

    public override SourceText? GetText(CancellationToken cancellationToken = default) => text is null ? null : SourceText.From(text);
}

/// <summary>Options of a project and of its files.</summary>
internal sealed class InMemoryOptions(params (string Key, string Value)[] properties) : AnalyzerConfigOptionsProvider
{
    public override AnalyzerConfigOptions GlobalOptions { get; } = new Values(properties.ToImmutableDictionary(p => "build_property." + p.Key, p => p.Value));

    public override AnalyzerConfigOptions GetOptions(SyntaxTree tree) => GlobalOptions;

    public override AnalyzerConfigOptions GetOptions(AdditionalText textFile) => new Values(((InMemoryFile)textFile).Metadata);

    private sealed class Values(ImmutableDictionary<string, string> values) : AnalyzerConfigOptions
    {
        public override bool TryGetValue(string key, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out string? value) =>
            values.TryGetValue(key, out value);
    }
}

/// <summary>Runs the generator as the C# compiler does, and the classes that it makes.</summary>
internal static class Drivers
{
    private static readonly CSharpParseOptions s_parse = new(LanguageVersion.CSharp14, DocumentationMode.Diagnose);

    /// <summary>A project at the highest warning level without any suppression.</summary>
    /// <remarks>Built by one thread, which takes a third less processor time than many; test classes run beside one another anyway.</remarks>
    public static CSharpCompilation Project(bool isChecked = false, NullableContextOptions nullable = NullableContextOptions.Enable, params string[] sources) =>
        CSharpCompilation.Create(
            "Test.Project",
            sources.Select((source, i) => CSharpSyntaxTree.ParseText(source, s_parse, $"file{i}.cs")),
            [.. Net100.References.All, MetadataReference.CreateFromFile(typeof(Network).Assembly.Location)],
            new(OutputKind.DynamicallyLinkedLibrary, checkOverflow: isChecked, concurrentBuild: false, nullableContextOptions: nullable, warningLevel: 9999,
                optimizationLevel: OptimizationLevel.Release));

    public static GeneratorDriver Tracking(InMemoryOptions options, params InMemoryFile[] files) => CSharpGeneratorDriver.Create(
        [new BnnGenerator().AsSourceGenerator()], files, s_parse, options, new(IncrementalGeneratorOutputKind.None, trackIncrementalGeneratorSteps: true));

    public static GeneratorRunResult Run(params InMemoryFile[] files) =>
        Tracking(new(("RootNamespace", "Models"), ("ProjectDir", "/project/")), files).RunGenerators(Project()).GetRunResult().Results[0];

    /// <summary>Diagnostics of the generator but for notes.</summary>
    public static Diagnostic[] Errors(this GeneratorRunResult result) => result.Diagnostics.Where(d => d.Severity == DiagnosticSeverity.Error).ToArray();

    /// <summary>The project with what the generator added; fails on any warning.</summary>
    public static CompiledProject Compile(CSharpCompilation project, InMemoryOptions options, params InMemoryFile[] files)
    {
        Tracking(options, files).RunGeneratorsAndUpdateCompilation(project, out Compilation output, out ImmutableArray<Diagnostic> diagnostics);
        Assert.Empty(diagnostics.Where(d => d.Severity > DiagnosticSeverity.Info));
        using var image = new MemoryStream();
        Assert.Empty(output.Emit(image).Diagnostics.Where(d => d.Severity > DiagnosticSeverity.Hidden).Take(5));
        return new((CSharpCompilation)output, image.ToArray());
    }
}

/// <summary>A project that was compiled, and its assembly.</summary>
internal sealed record CompiledProject(CSharpCompilation Compilation, byte[] Image)
{
    public Assembly Load() => new AssemblyLoadContext(null, isCollectible: true).LoadFromStream(new MemoryStream(Image));
}

/// <summary>A generated class, called through delegates.</summary>
internal sealed class GeneratedClass(Type type)
{
    private delegate int PredictMethod(ReadOnlySpan<byte> input);

    private delegate void ManyMethod(ReadOnlySpan<byte> input, Span<int> results);

    private readonly PredictMethod _predict = type.GetMethod("Predict")!.CreateDelegate<PredictMethod>();
    private readonly ManyMethod _scores = type.GetMethod("Scores")!.CreateDelegate<ManyMethod>();
    private readonly ManyMethod _predictBatch = type.GetMethod("PredictBatch")!.CreateDelegate<ManyMethod>();
    private readonly ManyMethod _scoresBatch = type.GetMethod("ScoresBatch")!.CreateDelegate<ManyMethod>();

    public int Predict(ReadOnlySpan<byte> input) => _predict(input);

    public int[] Scores(ReadOnlySpan<byte> input, int classes) => Filled(_scores, input, classes);

    public int[] PredictBatch(ReadOnlySpan<byte> images, int samples) => Filled(_predictBatch, images, samples);

    public int[] ScoresBatch(ReadOnlySpan<byte> images, int values) => Filled(_scoresBatch, images, values);

    private static int[] Filled(ManyMethod method, ReadOnlySpan<byte> input, int length)
    {
        var results = new int[length];
        results.AsSpan().Fill(int.MinValue);
        method(input, results);
        return results;
    }
}

using System.Reflection;
using System.Runtime.Loader;
using Bnn.Generator.Compiler;
using Bnn.Generator.Compiler.Emit;
using Bnn.Generator.Compiler.Planning;
using Bnn.Model;
using Bnn.Storage;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Bnn.Trainer.Plans;

/// <summary>A plan compiled to an assembly and loaded into this process: the class of the generator, and a second one that writes down times.</summary>
/// <remarks>It is loaded so that it can be unloaded, and such code is optimised at once: the runtime has no tiers for it.</remarks>
internal sealed class ModelAssembly : IDisposable
{
    private const string Space = "Measured", Class = "Model", TimedClass = "TimedModel";

    private readonly AssemblyLoadContext _context = new("bnn inspect", isCollectible: true);

    private ModelAssembly(Stream assembly)
    {
        Bytes = assembly.Length;
        Assembly loaded = _context.LoadFromStream(assembly);
        Type model = loaded.GetType($"{Space}.{Class}", throwOnError: true)!, timed = loaded.GetType($"{Space}.{TimedClass}", throwOnError: true)!;
        Predict = model.GetMethod(nameof(Predict))!.CreateDelegate<PredictOne>();
        PredictBatch = model.GetMethod(nameof(PredictBatch))!.CreateDelegate<PredictMany>();
        PredictTimed = timed.GetMethod(nameof(Predict))!.CreateDelegate<PredictOne>();
        Times = (long[])timed.GetField(RunTimes.Field)!.GetValue(null)!;
    }

    /// <summary>The class of a sample.</summary>
    public delegate int PredictOne(ReadOnlySpan<byte> image);

    /// <summary>The classes of samples.</summary>
    public delegate void PredictMany(ReadOnlySpan<byte> images, Span<int> classes);

    /// <summary>The model's <c>Predict</c>.</summary>
    public PredictOne Predict { get; }

    /// <summary>The model's <c>PredictBatch</c>.</summary>
    public PredictMany PredictBatch { get; }

    /// <summary><c>Predict</c> of the class that writes <see cref="Times"/>.</summary>
    public PredictOne PredictTimed { get; }

    /// <summary>What <see cref="RunTimes"/> writes.</summary>
    public long[] Times { get; }

    /// <summary>Size of the assembly, which holds both classes.</summary>
    public long Bytes { get; }

    /// <summary>Compiles what the generator makes of a plan.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="settings">What it was made with.</param>
    /// <param name="model">The model that was planned.</param>
    /// <param name="cancel">Stops the C# compiler.</param>
    /// <exception cref="ModelFileException">The model holds more constants than can be compiled.</exception>
    public static ModelAssembly Compile(Plan plan, CompileSettings settings, ModelInput model, CancellationToken cancel)
    {
        if (BnnCompiler.TooLarge(plan) is { } error)
            throw new ModelFileException(model.Path, new EquatableArray<ModelError>([error]));
        settings = settings with { Namespace = Space, ClassName = Class, Visibility = "public" };
        SyntaxTree[] trees = [Parse(settings), Parse(settings with { ClassName = TimedClass, HasTimes = true })];
        var options = new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, optimizationLevel: OptimizationLevel.Release);
        using var assembly = new MemoryStream();
        var emitted = CSharpCompilation.Create("Measured", trees, References(), options).Emit(assembly, cancellationToken: cancel);
        if (!emitted.Success)
            throw new InvalidOperationException($"The generated code does not compile: {emitted.Diagnostics.First(d => d.Severity == DiagnosticSeverity.Error)}");
        assembly.Position = 0;
        return new(assembly);

        SyntaxTree Parse(CompileSettings settings) =>
            CSharpSyntaxTree.ParseText(ModelEmitter.Emit(plan, settings, model.Path, model.Hash, cancel), cancellationToken: cancel);
    }

    /// <inheritdoc/>
    public void Dispose() => _context.Unload();

    private static IEnumerable<MetadataReference> References()
    {
        string platform = (string?)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES") ?? "";
        return platform.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries).Append(typeof(Network).Assembly.Location)
            .DistinctBy(path => Path.GetFileName(path)).Select(path => MetadataReference.CreateFromFile(path));
    }
}

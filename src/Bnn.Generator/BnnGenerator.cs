using System.Text;
using Bnn.Generator.Compiler;
using Bnn.Model;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace Bnn.Generator;

/// <summary>Compiles every <c>.bnn</c> file among the additional files of a project into a class.</summary>
/// <remarks>Only gathers, compiles and hands over: <see cref="BnnCompiler"/> does the work, and knows nothing of Roslyn.</remarks>
[Generator]
public sealed class BnnGenerator : IIncrementalGenerator
{
    /// <inheritdoc/>
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        var files = context.AdditionalTextsProvider
            .Where(static file => file.Path.EndsWith(".bnn", StringComparison.OrdinalIgnoreCase));
        var texts = files
            .Select(static (file, cancel) => new ModelFile(file.Path, file.GetText(cancel)?.ToString()))
            .WithTrackingName(StepNames.Read);
        var options = files.Combine(context.AnalyzerConfigOptionsProvider)
            .Select(static (pair, _) => ModelFiles.Options(pair.Left, pair.Right))
            .WithTrackingName(StepNames.Options);
        var project = context.CompilationProvider
            .Select(static (compilation, _) => compilation.AssemblyName)
            .Combine(context.AnalyzerConfigOptionsProvider)
            .Select(static (pair, _) => ModelFiles.Project(pair.Left, pair.Right));
        var compiled = texts.Collect().Combine(options.Collect()).Combine(project)
            .SelectMany(static (all, _) => ModelFiles.Arrange(all.Left.Left, all.Left.Right, all.Right))
            .WithTrackingName(StepNames.Arrange)
            .Select(static (model, cancel) => Compile(model, cancel))
            .WithTrackingName(StepNames.Compile);

        context.RegisterSourceOutput(compiled.SelectMany(static (model, _) => model.Diagnostics),
            static (output, diagnostic) => output.ReportDiagnostic(diagnostic.ToDiagnostic()));
        context.RegisterSourceOutput(compiled.Select(static (model, _) => (model.HintName, model.Source)),
            static (output, model) =>
            {
                if (model.Source is not null)
                    output.AddSource(model.HintName, SourceText.From(model.Source, Encoding.UTF8));
            });
    }

    private static CompiledModel Compile(ArrangedModel model, CancellationToken cancel)
    {
        ModelSource source = model.Source;
        CompileOutcome outcome;
        try
        {
            outcome = BnnCompiler.Compile(source, cancel);
        }
        // A bug must cost one model and tell its name, not take the whole generator out of the build.
        catch (Exception e) when (e is not OperationCanceledException)
        {
            outcome = CompileOutcome.Failed([CompilerErrors.OnFile(CompilerErrors.Internal, ModelNames.Quote(ModelNames.FileName(source.Path)),
                ModelNames.Quote(e.ToString()))]);
        }
        return new(
            model.HintName,
            outcome.Model?.Source,
            outcome.Errors.Concat(outcome.Notes).Select(error => DiagnosticInfo.Of(error, source.Path, source.Text)).ToEquatableArray());
    }

    /// <summary>What goes to the compiler for one model.</summary>
    private sealed record CompiledModel(string HintName, string? Source, EquatableArray<DiagnosticInfo> Diagnostics);
}

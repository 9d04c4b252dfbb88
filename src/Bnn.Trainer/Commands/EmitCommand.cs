using System.CommandLine;
using Bnn.Generator.Compiler;
using Bnn.Model;
using Bnn.Storage;

namespace Bnn.Trainer.Commands;

/// <summary><c>bnn emit</c>: writes the C# that the source generator would make of a model.</summary>
internal static class EmitCommand
{
    /// <summary>The command, writing to <paramref name="context"/>.</summary>
    public static Command Create(CommandContext context)
    {
        Argument<string> model = CommonOptions.Model();
        var to = new Option<string?>("--out", "-o") { Description = "The file to write [default: standard output]", HelpName = "FILE.cs" };
        var className = new Option<string?>("--class") { Description = "Name of the class [default: made from the file name]", HelpName = "NAME" };
        var space = new Option<string?>("--namespace") { Description = "Its namespace [default: Models]", HelpName = "NAME" };
        Option<string?> goal = CommonOptions.Goal(), lowering = CommonOptions.Lowering();
        var command = new CommandWithExamples("emit", "Writes the C# that the source generator makes of a model.",
        [
            "bnn emit runs/digits --out Digits.cs --class Digits --namespace MyApp",
            "bnn emit model.bnn --goal Size | less",
            "bnn emit model.bnn --lowering Unrolled --out Model.cs",
        ])
        {
            model, to, className, space, goal, lowering,
        };
        command.SetAction(parsed => Run(context, parsed.GetRequiredValue(model), parsed.GetValue(to), new CompileOptions
        {
            ClassName = parsed.GetValue(className),
            Namespace = parsed.GetValue(space),
            DefaultNamespace = "Models",
            Goal = parsed.GetValue(goal),
            Lowering = parsed.GetValue(lowering),
        }));
        return command;
    }

    private static int Run(CommandContext context, string path, string? to, CompileOptions options)
    {
        if (to is not null)
            OutputFile.Check(to);
        path = ModelInput.Load(path).Path; // says all that is wrong with the file itself
        var source = new ModelSource(path, File.ReadAllText(path), options);
        CommonOptions.Settings(source);
        CompileOutcome outcome = BnnCompiler.Compile(source, context.Cancel);
        foreach (ModelError note in outcome.Notes)
            context.Log($"note: {note.Message}");
        if (outcome.Model is not { } model)
            throw new ModelFileException(path, outcome.Errors);
        if (to is null)
            context.Out.Write(model.Source);
        else
            OutputFile.Write(context, to, model.Source);
        return ExitCode.Ok;
    }
}
